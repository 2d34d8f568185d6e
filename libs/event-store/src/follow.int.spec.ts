import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, silentLogger, systemAttribution, type Sql } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import type { LogPosition, RecordedEvent } from './event-store.js';
import { follow } from './follow.js';
import { LogNotifier } from './log-notifier.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { UnknownSchemaVersion, Upcasters } from './upcasters.js';
import { eventVisibilityLagSeconds } from './visibility-lag.js';

const store = new PostgresEventStore();
const attribution = systemAttribution('test', 'test');
let test: TestDatabase;

beforeAll(async () => {
  test = await freshDatabase();
});
afterAll(() => test.dispose());

const appendIn = (tx: Sql, id = newId(), expectedVersion = 0) =>
  store.append(tx, [{ kind: 'thing', id, expectedVersion, events: [{ type: 'ThingHappened', data: {} }] }], {
    attribution,
    commandId: newId(),
  });
const append = async (id?: string, expectedVersion?: number): Promise<RecordedEvent> =>
  (await test.db.transaction((tx) => appendIn(tx, id, expectedVersion))).events[0]!;

/** The end of the log as of now. */
async function logEnd(): Promise<LogPosition> {
  const event = await append();
  return event.position;
}

async function take(count: number, after: LogPosition | null, wakeSource?: LogNotifier): Promise<RecordedEvent[]> {
  const seen: RecordedEvent[] = [];
  const signal = AbortSignal.timeout(10_000);
  const settings = { after, signal, ...(wakeSource === undefined ? {} : { wakeSource }) };
  for await (const batch of follow(store, test.db, settings)) {
    seen.push(...batch);
    if (seen.length >= count) break;
  }
  return seen;
}

/** Transactions of other tests on the same server hold events back for a moment. */
const patience = { timeout: 10_000, interval: 20 };

async function readAfter(start: LogPosition, count: number): Promise<RecordedEvent[]> {
  const read = async () => (await store.readAll(test.db, start, 10)).events;
  await expect.poll(async () => (await read()).length, patience).toBe(count);
  return read();
}

describe('readAll', () => {
  it('goes through the log in batches without a gap', async () => {
    const start = await logEnd();
    const written = [await append(), await append(), await append()];
    await readAfter(start, 3);
    const first = await store.readAll(test.db, start, 2);
    const second = await store.readAll(test.db, first.events.at(-1)!.position, 2);
    expect([...first.events, ...second.events]).toEqual(written);
  });

  it('holds back what an earlier writer may still come before, and says so', async () => {
    const start = await logEnd();
    await test.db.transaction(async (early) => {
      await early.query('select pg_current_xact_id()');
      await append();
      expect(await store.readAll(test.db, start, 10)).toEqual({ events: [], behindGuard: true });
      expect(await eventVisibilityLagSeconds(test.db)).toBeGreaterThan(0);
      await appendIn(early);
    });
    await readAfter(start, 2);
    await expect.poll(async () => (await store.readAll(test.db, start, 10)).behindGuard, patience).toBe(false);
    expect(await eventVisibilityLagSeconds(test.db)).toBe(0);
  });

  it('gives followers what a later version wrote as it stands, and goes on behind it', async () => {
    const start = await logEnd();
    const id = newId();
    const later = new PostgresEventStore(new Upcasters({ ThingHappened: [(event) => event] }));
    await test.db.transaction((tx) =>
      later.append(
        tx,
        [{ kind: 'thing', id, expectedVersion: 0, events: [{ type: 'ThingHappened', data: { new: 1 } }] }],
        {
          attribution,
          commandId: newId(),
        },
      ),
    );
    const after = await append();
    const read = await readAfter(start, 2);
    expect(read[0]).toMatchObject({
      streamId: id,
      schemaVersion: 2,
      event: { type: 'ThingHappened', data: { new: 1 } },
    });
    expect(read[1]).toEqual(after);
    await expect(store.readStream(test.db, 'thing', id)).rejects.toThrow(UnknownSchemaVersion);
  });

  it('keeps the order of a stream when a writer with an early transaction id comes late', async () => {
    const start = await logEnd();
    const id = newId();
    await test.db.transaction(async (early) => {
      await early.query('select pg_current_xact_id()');
      await append(id);
      await appendIn(early, id, 1);
    });
    expect((await readAfter(start, 2)).map((e) => e.streamVersion)).toEqual([1, 2]);
  });
});

describe('follow', () => {
  it('finds new events by polling alone', async () => {
    const start = await logEnd();
    const following = take(2, start);
    const written = [await append(), await append()];
    expect(await following).toEqual(written);
  });

  it('is woken at once by a notification', async () => {
    const notifier = new LogNotifier(test.ownerUrl, silentLogger);
    const awake = new Promise<void>((resolve) => notifier.onWake(resolve));
    notifier.start();
    await awake;
    const latencies: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const following = take(1, await logEnd(), notifier);
      // Past the quick looks that follow a start: from here on only a wake or the long poll finds anything.
      await delay(120);
      const written = Date.now();
      await append();
      await following;
      latencies.push(Date.now() - written);
    }
    await notifier.close();
    // The poll would come 190 ms after the event; on a busy machine not every wake is quick, but some are.
    expect(Math.min(...latencies)).toBeLessThan(120);
  });

  it('ends quietly when it is told to, also while it waits', async () => {
    const stop = new AbortController();
    const following = (async () => {
      const seen = [];
      for await (const batch of follow(store, test.db, { after: await logEnd(), signal: stop.signal }))
        seen.push(batch);
      return seen;
    })();
    await delay(50);
    stop.abort();
    expect(await following).toEqual([]);
  });
});

describe('LogNotifier', () => {
  it('wakes its listeners again after the server has cut its connection', async () => {
    const notifier = new LogNotifier(test.ownerUrl, silentLogger);
    let wakes = 0;
    const off = notifier.onWake(() => (wakes += 1));
    notifier.start();
    await expect.poll(() => wakes).toBeGreaterThan(0);
    const owner = await test.connect('owner', 1);
    await owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'brickyard-listen' and datname = current_database()",
    );
    const before = wakes;
    await expect.poll(() => wakes, { timeout: 5_000 }).toBeGreaterThan(before);
    const reconnected = wakes;
    await append();
    await expect.poll(() => wakes, { timeout: 5_000 }).toBeGreaterThan(reconnected);
    off();
    await notifier.close();
  });
});
