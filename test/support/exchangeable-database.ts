import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrateQueue } from '#operations';
import { inject } from 'vitest';

export type Behind = 'own' | 'foreign' | 'empty';

export interface ExchangeableDatabase {
  /** Always the same, whatever is behind it. At first that is `own`. */
  readonly url: string;
  /** Puts another database behind the address, as a mistaken restore or a wrong DNS entry does: every connection breaks. */
  putBehind(which: Behind): Promise<void>;
  /** Drops all of them. */
  dispose(): Promise<void>;
}

/** Two installations and an empty database, one of which is behind an address. */
export async function exchangeableDatabase(): Promise<ExchangeableDatabase> {
  const template = new URL(inject('templateUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const at = (database: string): string => Object.assign(new URL(template), { pathname: `/${database}` }).href;
  const admin = new pg.Client({ connectionString: at('postgres') });
  await admin.connect();
  await admin.query(`create database ${name} template ${template.pathname.slice(1)}`);
  await migrateQueue(at(name));
  await admin.query(`create database ${name}_foreign template ${name}`);
  await admin.query(`create database ${name}_empty`);
  await giveOtherId(at(`${name}_foreign`));
  let present: Behind = 'own';
  const rename = async (from: string, to: string): Promise<void> => {
    await admin.query(`alter database ${from} allow_connections false`);
    await admin.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [from]);
    await admin.query(`alter database ${from} rename to ${to}`);
    await admin.query(`alter database ${to} allow_connections true`);
  };
  return {
    url: at(name),
    putBehind: async (which) => {
      await rename(name, `${name}_${present}`);
      await rename(`${name}_${which}`, name);
      present = which;
    },
    dispose: async () => {
      for (const each of [name, `${name}_own`, `${name}_foreign`, `${name}_empty`]) {
        await admin.query(`drop database if exists ${each} with (force)`);
      }
      await admin.end();
    },
  };
}

async function giveOtherId(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query('update brickyard.installation set id = $1', [randomUUID()]);
  await owner.end();
}
