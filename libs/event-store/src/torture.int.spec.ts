import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, silentLogger, systemAttribution, type Database, type Sql } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { startTestServer, type TestServer } from '#test/postgres-server';
import { StreamVersionConflict, type RecordedEvent } from './event-store.js';
import { follow } from './follow.js';
import { LogNotifier } from './log-notifier.js';
import { comparePositions } from './log-position.js';
import { PostgresEventStore } from './postgres-event-store.js';

const WRITERS = 24;
/** At least this long, and until enough was written; a machine that is busy with other things takes longer. */
const DURATION_MS = 6_000;
const PATIENCE_MS = 45_000;
const ENOUGH = 1_000;
const SHARED_STREAMS = Array.from({ length: 12 }, newId);
const attribution = systemAttribution('torture', 'torture');

const store = new PostgresEventStore();
let server: TestServer;
let test: TestDatabase;
let writers: Database;

beforeAll(async () => {
  server = await startTestServer();
  test = await freshDatabase(server.templateUrl);
  writers = await test.connect('app', WRITERS);
});
afterAll(async () => {
  await test.dispose();
  await server.stop();
});

class ChangedItsMind extends Error {}

const chance = (percent: number): boolean => Math.random() * 100 < percent;
const pause = (): Promise<unknown> => delay(Math.random() * 15);
const pick = (): string => SHARED_STREAMS[Math.floor(Math.random() * SHARED_STREAMS.length)]!;

async function versionOf(tx: Sql, id: string): Promise<number> {
  const [row] = await tx.query<{ version: string }>('select version from brickyard.event_stream where id = $1', [id]);
  return Number(row?.version ?? 0);
}

/** One transaction as bad as they come: early ids, slow commits, roll-backs, several streams, some of them shared. */
async function misbehave(tx: Sql): Promise<string[]> {
  if (chance(30)) {
    await tx.query('select pg_current_xact_id()');
    await pause();
  }
  const ids = chance(50) ? [pick()] : chance(50) ? [newId()] : [...new Set([pick(), pick(), newId()])];
  const appends = [];
  for (const id of ids) {
    const events = Array.from({ length: chance(20) ? 3 : 1 }, (_, n) => ({ type: 'ThingHappened', data: { n } }));
    appends.push({ kind: 'thing', id, expectedVersion: await versionOf(tx, id), events });
  }
  const { events } = await store.append(tx, appends, { attribution, commandId: newId() });
  if (chance(20)) await pause();
  if (chance(5)) throw new ChangedItsMind();
  return events.map(({ eventId }) => eventId);
}

async function write(start: number, committed: Set<string>): Promise<number> {
  let conflicts = 0;
  const goesOn = (passedMs: number): boolean =>
    passedMs < DURATION_MS || (passedMs < PATIENCE_MS && committed.size < ENOUGH);
  while (goesOn(Date.now() - start)) {
    try {
      for (const id of await writers.transaction(misbehave)) committed.add(id);
    } catch (error) {
      if (error instanceof StreamVersionConflict) conflicts += 1;
      else if (!(error instanceof ChangedItsMind)) throw error;
    }
  }
  return conflicts;
}

async function collect(seen: RecordedEvent[], signal: AbortSignal, wakeSource: LogNotifier): Promise<void> {
  for await (const batch of follow(store, test.db, { after: null, signal, batchSize: 100, wakeSource }))
    seen.push(...batch);
}

function expectInOrder(seen: readonly RecordedEvent[]): void {
  const versions = new Map<string, number>();
  seen.forEach((event, n) => {
    const before = seen[n - 1];
    if (before !== undefined) expect(comparePositions(before.position, event.position)).toBeLessThan(0);
    expect(event.streamVersion).toBe((versions.get(event.streamId) ?? 0) + 1);
    versions.set(event.streamId, event.streamVersion);
  });
}

describe('followers of a log under torture', () => {
  it('see every committed event once and each stream in its order', async () => {
    const notifier = new LogNotifier(test.ownerUrl, silentLogger);
    notifier.start();
    const done = new AbortController();
    const committed = new Set<string>();
    const [early, late]: [RecordedEvent[], RecordedEvent[]] = [[], []];
    const start = Date.now();
    const followers = [collect(early, done.signal, notifier)];
    const writing = Promise.all(Array.from({ length: WRITERS }, () => write(start, committed)));
    await delay(DURATION_MS / 3);
    followers.push(collect(late, done.signal, notifier));
    const conflicts = (await writing).reduce((sum, count) => sum + count, 0);
    await expect.poll(() => Math.min(early.length, late.length), { timeout: 10_000 }).toBe(committed.size);
    // What is seen twice would come after the last one that is waited for.
    await delay(300);
    done.abort();
    await Promise.all(followers);
    await notifier.close();

    expect(committed.size).toBeGreaterThanOrEqual(ENOUGH);
    expect(conflicts).toBeGreaterThan(0);
    expect(new Set(early.map(({ eventId }) => eventId))).toEqual(committed);
    expect(early).toHaveLength(committed.size);
    expectInOrder(early);
    expect(late.map(({ eventId }) => eventId)).toEqual(early.map(({ eventId }) => eventId));
  }, 120_000);

  it('would have seen streams out of order without the borrowed transaction ids', async () => {
    const [counts] = await test.db.query<{ borrowed: string; inversions: string }>(`
      select
        count(*) filter (where transaction_id::xid <> xmin) as borrowed,
        count(*) filter (where own < earlier) as inversions
      from (
        select transaction_id, xmin, xmin::text::bigint as own,
          lag(xmin::text::bigint) over (partition by stream_id order by stream_version) as earlier
        from brickyard.event
      ) e`);
    expect(Number(counts?.borrowed)).toBeGreaterThan(0);
    expect(Number(counts?.inversions)).toBeGreaterThan(0);
  });
});
