import { PostgresEventStore } from '#event-store';
import { type Database, newId, type Sql, systemAttribution } from '#kernel';
import type { TestDatabase } from '#test/database';
import { expect, vi } from 'vitest';

const store = new PostgresEventStore();

/** Waits until every event is visible to those who follow the log: tests on other databases of the server hold it up. */
export async function untilVisible(db: Sql): Promise<void> {
  const hidden = 'select from brickyard.event where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())';
  // Not expect.poll: hooks wait for it, too.
  await vi.waitFor(async () => expect(await db.query(hidden)).toEqual([]), { timeout: 20_000, interval: 20 });
}

/** Appends events to one stream, in a transaction of their own, and waits until they can be sealed. */
export async function appendThings(db: Database, id: string, expectedVersion: number, count = 1): Promise<void> {
  await appendHidden(db, id, expectedVersion, count);
  await untilVisible(db);
}

/** Appends events to one stream, in a transaction of their own. */
export async function appendHidden(db: Database, id: string, expectedVersion: number, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, nth) => ({
    type: 'ThingHappened',
    data: { nth: expectedVersion + nth + 1, text: `thing ${id}`, size: 0.1, nested: { z: [1, null], a: 'ü€' } },
  }));
  const options = { attribution: systemAttribution('test', 'test'), commandId: newId() };
  await db.transaction((tx) => store.append(tx, [{ kind: 'thing', id, expectedVersion, events }], options));
}

/** What a superuser of the database can do who has switched off the triggers that are in the way. */
export async function tamper(database: TestDatabase, ...statements: readonly string[]): Promise<void> {
  const superuser = await database.connect('owner', 1);
  await superuser.transaction(async (tx) => {
    await tx.query('alter table brickyard.event disable trigger event_immutable');
    await tx.query('alter table brickyard.seal disable trigger seal_immutable');
    for (const statement of statements) await tx.query(statement);
    await tx.query('alter table brickyard.event enable always trigger event_immutable');
    await tx.query('alter table brickyard.seal enable always trigger seal_immutable');
  });
}
