import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemAttribution, type Database } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { PostgresEventStore } from './postgres-event-store.js';

let test: TestDatabase;
let app: Database;
/** The embedded server's owner is a superuser: what holds for it holds for every owner. */
let superuser: Database;

beforeAll(async () => {
  test = await freshDatabase();
  app = test.db;
  superuser = await test.connect('owner', 2);
  await app.transaction((tx) =>
    new PostgresEventStore().append(
      tx,
      [{ kind: 'thing', id: newId(), expectedVersion: 0, events: [{ type: 'ThingHappened', data: {} }] }],
      { attribution: systemAttribution('test', 'test'), commandId: newId() },
    ),
  );
});
afterAll(() => test.dispose());

const changes = [
  "update brickyard.event set data = '{}'",
  'delete from brickyard.event',
  'truncate brickyard.event',
  'truncate brickyard.event, brickyard.event_stream cascade',
];

describe('history', () => {
  it.each([
    ...changes,
    'delete from brickyard.event_stream',
    'alter table brickyard.event disable trigger event_immutable',
    'drop trigger event_immutable on brickyard.event',
    'drop table brickyard.event',
    "set session_replication_role = 'replica'",
    'create table brickyard.mine ()',
    'update brickyard.migration set name = name',
  ])('refuses the application: %s', async (statement) => {
    await expect(app.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it.each(changes)('refuses a superuser: %s', async (statement) => {
    await expect(superuser.query(statement)).rejects.toMatchObject({ code: 'BY003' });
  });

  it('refuses a superuser who has switched triggers off for the session', async () => {
    const past = superuser.transaction(async (tx) => {
      await tx.query("set local session_replication_role = 'replica'");
      await tx.query('delete from brickyard.event');
    });
    await expect(past).rejects.toMatchObject({ code: 'BY003' });
  });

  it('lets the setting of the restore fix-up open updates to the owner only', async () => {
    const asApp = app.transaction(async (tx) => {
      await tx.query("set local brickyard.restore_fixup = 'on'");
      await tx.query("update brickyard.event set data = '{}'");
    });
    await expect(asApp).rejects.toThrow('permission denied');
    const deleting = superuser.transaction(async (tx) => {
      await tx.query("set local brickyard.restore_fixup = 'on'");
      await tx.query('delete from brickyard.event');
    });
    await expect(deleting).rejects.toMatchObject({ code: 'BY003' });
  });
});

describe('a connection of the application', () => {
  it('works under its role from the first statement on, also after RESET', async () => {
    const roles = await app.transaction(async (tx) => {
      const first = await tx.query<{ role: string }>('select current_user as role');
      await tx.query('reset role');
      return [...first, ...(await tx.query<{ role: string }>('select current_user as role'))];
    });
    expect(roles).toEqual([{ role: 'brickyard_app' }, { role: 'brickyard_app' }]);
  });

  it('has limits on how long a transaction may stay open', async () => {
    const limits = await app.query<{ name: string; seconds: number }>(
      `select name, setting::int / 1000 as seconds from pg_settings
       where name in ('idle_in_transaction_session_timeout', 'transaction_timeout') order by name`,
    );
    const [server] = await app.query<{ major: number }>(
      "select current_setting('server_version_num')::int / 10000 as major",
    );
    expect(limits).toEqual([
      { name: 'idle_in_transaction_session_timeout', seconds: 30 },
      ...(server!.major >= 17 ? [{ name: 'transaction_timeout', seconds: 60 }] : []),
    ]);
  });
});

describe('a transaction', () => {
  it('does not pretend to commit after a statement of it failed and somebody caught the error', async () => {
    const swallowing = app.transaction(async (tx) => {
      await tx.query("insert into brickyard.lease (key, epoch, until) values ('a', 1, now())");
      await tx.query('select 1/0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow('not committed');
    expect(await app.query('select from brickyard.lease')).toEqual([]);
  });

  it('goes on after a rollback to a savepoint', async () => {
    await app.transaction(async (tx) => {
      await tx.query('savepoint before');
      await tx.query('select 1/0').catch(() => undefined);
      await tx.query('rollback to savepoint before');
      await tx.query("insert into brickyard.lease (key, epoch, until) values ('b', 1, now())");
    });
    expect(await app.query('select key from brickyard.lease')).toEqual([{ key: 'b' }]);
  });

  it('fails with the error of the driver, which does not carry the parameters', async () => {
    const failing = app.query('select $1::int', ['hunter2-not-a-number']);
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: '22P02' });
    expect(error).not.toHaveProperty('parameters');
  });
});
