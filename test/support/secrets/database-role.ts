import { randomBytes } from 'node:crypto';
import { migrateQueue } from '#operations';
import type { TestDatabase } from '../database.js';

/** A role that owns the database as it were, with a password of its own. @param password letters and digits */
export async function roleWithPassword(
  database: TestDatabase,
  password: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `secrets_${randomBytes(4).toString('hex')}`;
  // What is made from now on belongs to the role, and must not be much: it goes with it.
  await migrateQueue(database.ownerUrl);
  const owner = await database.connect('owner', 2);
  await owner.query(`create role ${name} superuser login password '${password}'`);
  const url = new URL(database.ownerUrl);
  url.username = name;
  url.password = password;
  return {
    url: url.href,
    drop: async () => {
      await owner.query(`drop owned by ${name} cascade`);
      await owner.query(`drop role ${name}`);
    },
  };
}
