import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemAttribution, type Database, type Sql, type SqlValue } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { startTestServer, type TestServer } from '#test/postgres-server';
import type { RecordedEvent } from './event-store.js';
import { follow } from './follow.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { assertLogOrderIntact, RestoreFixupNeeded, restoreFixup } from './restore-fixup.js';

const store = new PostgresEventStore();
const attribution = systemAttribution('test', 'test');

let servers: TestServer[] = [];
let old: TestDatabase;
let fresh: TestDatabase;
let freshOwner: Database;

beforeAll(async () => {
  servers = await Promise.all([startTestServer(), startTestServer()]);
  [old, fresh] = (await Promise.all(servers.map(({ templateUrl }) => freshDatabase(templateUrl)))) as [
    TestDatabase,
    TestDatabase,
  ];
  freshOwner = await fresh.connect('owner', 2);
});
afterAll(async () => {
  await Promise.all([old.dispose(), fresh.dispose()]);
  await Promise.all(servers.map((server) => server.stop()));
});

const appendIn = (tx: Sql, id: string, expectedVersion: number, commandId = newId()) =>
  store.append(tx, [{ kind: 'thing', id, expectedVersion, events: [{ type: 'ThingHappened', data: {} }] }], {
    attribution,
    commandId,
  });

async function everything(db: Database, count: number): Promise<RecordedEvent[]> {
  const seen: RecordedEvent[] = [];
  for await (const batch of follow(store, db, { after: null, signal: AbortSignal.timeout(10_000), batchSize: 7 })) {
    seen.push(...batch);
    if (seen.length >= count) break;
  }
  return seen;
}

/** Copies rows as a dump and its restore do: every column as it was, identity values included, in no useful order. */
async function copyTable(from: Database, to: Database, table: string): Promise<void> {
  const rows = await from.query<Record<string, unknown>>(`select t.* from ${table} t order by md5(t::text)`);
  for (const row of rows) {
    const columns = Object.keys(row);
    const values = Object.values(row).map((value) =>
      value !== null && typeof value === 'object' && !(value instanceof Date) ? JSON.stringify(value) : value,
    ) as SqlValue[];
    const places = columns.map((_, n) => `$${(n + 1).toString()}`).join(', ');
    await to.query(`insert into ${table} (${columns.join(', ')}) overriding system value values (${places})`, values);
  }
}

describe('a log restored from a dump into a new server', () => {
  const [shared, ids] = [newId(), Array.from({ length: 12 }, newId)];
  let before: RecordedEvent[];

  it('had its order on the old server, with transaction and position numbers that cross', async () => {
    await old.db.transaction(async (early) => {
      await early.query('select pg_current_xact_id()');
      for (const id of ids) await old.db.transaction((tx) => appendIn(tx, id, 0, `first/${id}`));
      await appendIn(early, newId(), 0);
    });
    for (let version = 0; version < 5; version += 1) await old.db.transaction((tx) => appendIn(tx, shared, version));
    before = await everything(old.db, 18);
    const positions = before.map(({ position }) => Number(position.split(':')[1]));
    expect(positions).not.toEqual([...positions].sort((a, b) => a - b));
    await expect(assertLogOrderIntact(old.db)).resolves.toBeUndefined();
    expect(await restoreFixup(old.ownerUrl)).toBe(0);
  });

  it('is refused: its events would stay invisible, or new ones would sort before them', async () => {
    // A server that has been in use for a while gives out ids far above those of a new one.
    const owner = await old.connect('owner', 1);
    const [source] = await owner.query<{ next: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    );
    const [target] = await freshOwner.query<{ next: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    );
    for (let at = Number(source?.next); at <= Number(target?.next) + 500; at += 1) {
      await owner.query('select pg_current_xact_id()');
    }
    await old.db.transaction((tx) => appendIn(tx, shared, 5));
    before = await everything(old.db, 19);

    await copyTable(owner, freshOwner, 'brickyard.event_stream');
    await copyTable(owner, freshOwner, 'brickyard.event');
    await freshOwner.query(
      "select setval(pg_get_serial_sequence('brickyard.event', 'global_position'), (select max(global_position) from brickyard.event))",
    );
    await expect(assertLogOrderIntact(fresh.db)).rejects.toThrow(RestoreFixupNeeded);
    const { events, behindGuard } = await store.readAll(fresh.db, null, 100);
    expect(events.length).toBeLessThan(before.length);
    expect(behindGuard).toBe(true);
  });

  it('is put in order by the fix-up: every event once, as before, and new ones after them', async () => {
    expect(await restoreFixup(fresh.ownerUrl)).toBe(before.length);
    await expect(assertLogOrderIntact(fresh.db)).resolves.toBeUndefined();
    const after = await everything(fresh.db, before.length);
    expect(after.map(({ eventId }) => eventId)).toEqual(before.map(({ eventId }) => eventId));

    const added = await fresh.db.transaction((tx) => appendIn(tx, shared, 6));
    const all = await everything(fresh.db, before.length + 1);
    expect(all.map(({ eventId }) => eventId)).toEqual([...before, ...added.events].map(({ eventId }) => eventId));
    expect(all.at(-1)).toEqual(added.events[0]);
  });

  it('still knows the commands that it has seen, and still refuses changes of history', async () => {
    const id = ids[3]!;
    const again = await fresh.db.transaction((tx) => appendIn(tx, id, 0, `first/${id}`));
    expect(again.duplicate).toBe(true);
    expect(again.events.map((e) => [e.streamId, e.streamVersion])).toEqual([[id, 1]]);
    await expect(freshOwner.query("update brickyard.event set data = '{}'")).rejects.toMatchObject({ code: 'BY003' });
    await expect(
      freshOwner.query('update brickyard.event set global_position = 1 where stream_version = 1'),
    ).rejects.toThrow();
  });

  it('counts as another generation of the log, once', async () => {
    expect(await restoreFixup(fresh.ownerUrl)).toBe(0);
    expect(await fresh.db.query('select log_generation from brickyard.installation')).toEqual([{ log_generation: 2 }]);
  });
});
