import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { connectionConfig, withClient } from './connection.js';
import { TypeOrmDatabase } from './typeorm-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.dispose());

/** Ends the server's side of a connection, and waits until it is gone. */
async function breakConnection(pid: number): Promise<void> {
  await withClient(database.ownerUrl, 'test', async (sql) => {
    await sql.query('select pg_terminate_backend($1, 5000)', [pid]);
  });
}

it('says that the connection is lost where it breaks between two statements', async () => {
  const broken = database.db.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await breakConnection(row?.pid ?? 0);
    await tx.query('select 1');
  });
  await expect(broken).rejects.toThrow(/^(Connection terminated|terminating connection)/);
  expect(await database.db.query('select 1 as one')).toEqual([{ one: 1 }]);
});

it('says so where it breaks before the commit', async () => {
  const broken = database.db.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await breakConnection(row?.pid ?? 0);
  });
  await expect(broken).rejects.toThrow(/^(Connection terminated|terminating connection)/);
});

it('never uses a connection again that still owes an answer', async () => {
  const source = new DataSource({
    type: 'postgres',
    poolSize: 1,
    extra: { ...connectionConfig(database.ownerUrl, 'app', 'test'), query_timeout: 200 },
  });
  await source.initialize();
  const db = new TypeOrmDatabase(source);
  try {
    await expect(db.query("select 'late' as answer from pg_sleep(1)")).rejects.toThrow('Query read timeout');
    expect(await db.query("select 'new' as answer")).toEqual([{ answer: 'new' }]);
    const late = db.transaction((tx) => tx.query("select 'late' as answer from pg_sleep(1)"));
    await expect(late).rejects.toThrow('Query read timeout');
    expect(await db.query("select 'new' as answer")).toEqual([{ answer: 'new' }]);
  } finally {
    await source.destroy();
  }
});
