import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClient } from './connection.js';

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
