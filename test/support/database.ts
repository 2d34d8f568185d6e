import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createDataSource, TypeOrmDatabase, type Role } from '#event-store';
import type { Database } from '#kernel';
import type { DataSource } from 'typeorm';
import { inject } from 'vitest';

export interface TestDatabase {
  /** As the owner: for migrations, repairs and second pools. */
  readonly ownerUrl: string;
  /** As the application works: under the role brickyard_app. */
  readonly db: Database;
  readonly source: DataSource;
  /** Another pool on the same database; closed by `dispose`. */
  connect(role: Role, poolSize?: number): Promise<Database>;
  /**
   * Closes every pool and drops the database.
   * @throws Error where a connection is still in use or was left behind by the code under test
   */
  dispose(): Promise<void>;
}

async function asAdmin<T>(templateUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const url = new URL(templateUrl);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * A migrated database of its own, cloned from the template; one per test file is the idea.
 * @param templateUrl of another server than that of the run
 */
export async function freshDatabase(templateUrl = inject('templateUrl')): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = new URL(templateUrl).pathname.slice(1);
  await asAdmin(templateUrl, (client) => client.query(`create database ${name} template ${template}`));
  const url = new URL(templateUrl);
  url.pathname = `/${name}`;
  const sources: DataSource[] = [];
  const open = async (role: Role, poolSize: number): Promise<DataSource> => {
    const source = createDataSource({ url: url.href, role, poolSize, applicationName: `test ${role}` });
    await source.initialize();
    sources.push(source);
    return source;
  };
  const source = await open('app', 10);
  return {
    ownerUrl: url.href,
    db: new TypeOrmDatabase(source),
    source,
    connect: async (role, poolSize = 10) => new TypeOrmDatabase(await open(role, poolSize)),
    dispose: async () => {
      const busy = sources.map(connectionsInUse).reduce((sum, count) => sum + count, 0);
      await Promise.all(sources.map((each) => each.destroy()));
      const left = await asAdmin(templateUrl, async (client) => {
        const others = await remaining(client, name);
        await client.query(`drop database ${name} with (force)`);
        return others;
      });
      if (busy > 0) throw new Error(`${busy.toString()} pooled connections were still in use at the end of the tests`);
      if (left.length > 0) throw new Error(`connections were left open: ${left.join('; ')}`);
    },
  };
}

function connectionsInUse(source: DataSource): number {
  const { master } = source.driver as unknown as { master: pg.Pool };
  return master.totalCount - master.idleCount;
}

/** A closed connection needs a moment to leave the server's list. */
async function remaining(client: pg.Client, database: string): Promise<string[]> {
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ what: string }>(
      `select application_name || ': ' || left(query, 80) as what from pg_stat_activity
       where datname = $1 and backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || attempt === 40) return rows.map((row) => row.what);
    await client.query('select pg_sleep(0.05)');
  }
}
