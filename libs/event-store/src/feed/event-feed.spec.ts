import { setImmediate as turn } from 'node:timers/promises';
import { silentLogger, systemAttribution, type Sql } from '#kernel';
import { afterEach, describe, expect, it } from 'vitest';
import type { LogPosition, RecordedEvent } from '../event-store.js';
import { comparePositions, logPosition } from '../log-position.js';
import { EventFeed, type FeedBatch } from './event-feed.js';

function eventAt(place: number): RecordedEvent {
  return {
    position: logPosition(place.toString(), '1'),
    eventId: place.toString(),
    streamKind: 'thing',
    streamId: place.toString(),
    streamVersion: 1,
    schemaVersion: 1,
    event: { type: 'ThingHappened', data: { place } },
    attribution: systemAttribution('test', 'test'),
    recordedAt: new Date(0),
  };
}

/** A log in memory that knows how often it was read, and by whom: the follower reads from where it was, readers do too. */
class Log {
  readonly events: RecordedEvent[] = [];
  reads = 0;
  /** The most reads that were under way at one time. */
  atOnce = 0;
  #now = 0;
  away = false;
  readonly #listeners = new Set<() => void>();
  readonly sql: Sql = {
    query: <Row extends object>() =>
      this.away
        ? Promise.reject(new Error('away'))
        : Promise.resolve([{ xmin: (this.events.length + 1).toString() } as Row]),
  };

  append(count: number): void {
    for (let n = 0; n < count; n += 1) this.events.push(eventAt(this.events.length + 1));
    for (const listener of this.#listeners) listener();
  }

  async readAll(_sql: Sql, after: LogPosition | null, limit: number) {
    this.reads += 1;
    this.#now += 1;
    this.atOnce = Math.max(this.atOnce, this.#now);
    await Promise.resolve();
    this.#now -= 1;
    if (this.away) throw new Error('away');
    const rest = this.events.filter(({ position }) => after === null || comparePositions(position, after) > 0);
    return { events: rest.slice(0, limit), behindGuard: false };
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

function setUp(events = 10, limits = { events: 5, bytes: 1_000_000 }) {
  const log = new Log();
  log.append(events);
  const feed = new EventFeed({ eventStore: log, sql: log.sql, wakeSource: log, logger: silentLogger, window: limits });
  open.push(() => feed.close());
  /** From the present, unless a place is given. */
  const read = (place?: LogPosition, idleMs = 60_000) => {
    const after = place ?? logPosition((log.events.length + 1).toString(), '0');
    const stop = new AbortController();
    open.push(() => {
      stop.abort();
      return Promise.resolve();
    });
    const batches = feed.read({ after, signal: stop.signal, idleMs });
    return { stop: () => stop.abort(), batches };
  };
  return { log, feed, read };
}

const placesOf = ({ events }: FeedBatch): number[] => events.map(({ eventId }) => Number(eventId));

/** What a reader gets until it has so many events. */
async function take(batches: AsyncIterator<FeedBatch>, count: number): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < count) {
    const next = await batches.next();
    if (next.done === true) break;
    seen.push(...placesOf(next.value));
  }
  return seen;
}
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('a feed of events', () => {
  it('begins with the present, or where a reader has been', async () => {
    const { log, read } = setUp();
    const fromNow = read().batches;
    const fromThen = read(logPosition('7', '1')).batches;
    const now = take(fromNow, 3);
    expect(await take(fromThen, 3)).toEqual([8, 9, 10]);
    log.append(3);
    expect(await now).toEqual([11, 12, 13]);
    expect(await take(fromThen, 3)).toEqual([11, 12, 13]);
  });

  it('reads the log once for all who are up to date', async () => {
    const { log, read } = setUp();
    const readers = Array.from({ length: 20 }, () => read().batches);
    const first = readers.map((batches) => take(batches, 1));
    await turn();
    log.append(1);
    await Promise.all(first);
    const before = log.reads;
    const second = readers.map((batches) => take(batches, 4));
    log.append(4);
    for (const seen of await Promise.all(second)) expect(seen).toEqual([12, 13, 14, 15]);
    expect(log.reads - before).toBeLessThan(10);
  });

  it('reads a few pages of the log at a time, however many readers come back to it', async () => {
    const { log, read } = setUp(300);
    const readers = Array.from({ length: 20 }, (_, n) => read(logPosition((n * 10).toString(), '1')).batches);
    const seen = await Promise.all(readers.map((batches, n) => take(batches, 300 - n * 10)));
    seen.forEach((places, n) => expect(places).toEqual(upTo(300, n * 10 + 1)));
    // Two of readers, and one of the follower.
    expect(log.atOnce).toBeLessThanOrEqual(3);
  });

  it('lets a reader that is slower than the window go on in the log, and miss nothing', async () => {
    const { log, read } = setUp();
    const slow = read().batches;
    const begun = take(slow, 1);
    await turn();
    log.append(1);
    expect(await begun).toEqual([11]);
    const quick = read(logPosition('11', '1')).batches;
    for (let n = 0; n < 10; n += 1) {
      log.append(50);
      expect(await take(quick, 50)).toEqual(upTo(61 + n * 50, 12 + n * 50));
    }
    expect(await take(slow, 500)).toEqual(upTo(511, 12));
    log.append(1);
    expect(await take(slow, 1)).toEqual([512]);
  });

  it('gives a sign of life with the place up to which there was nothing', async () => {
    const { log, read } = setUp();
    const { batches } = read(logPosition('10', '1'), 5);
    const idle = await batches.next();
    expect(idle.value).toMatchObject({ events: [] });
    log.append(2);
    expect(await take(batches, 2)).toEqual([11, 12]);
  });

  it('waits while the database is away, and goes on', async () => {
    const { log, read } = setUp();
    log.away = true;
    const seen = take(read(logPosition('8', '1')).batches, 3);
    await turn();
    log.away = false;
    log.append(1);
    expect(await seen).toEqual([9, 10, 11]);
  });

  it('asks for nothing when nobody reads, and ends readings when it is told to', async () => {
    const { log, feed, read } = setUp();
    const one = read();
    const pending = one.batches.next();
    await turn();
    one.stop();
    expect(await pending).toMatchObject({ done: true });
    await feed.close();
    const before = log.reads;
    log.append(1);
    await turn();
    expect(log.reads).toBe(before);
    expect(await read().batches.next()).toMatchObject({ done: true });
  });
});
