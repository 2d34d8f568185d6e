import { messageOf, type Logger, type Sql } from '#kernel';
import type { EventStore, LogPosition, RecordedEvent } from '../event-store.js';
import { follow } from '../follow.js';
import type { WakeSource } from '../log-notifier.js';
import { comparePositions } from '../log-position.js';
import { logPresent } from '../log-present.js';
import { Places } from '../outage/places.js';
import { Bell } from './bell.js';
import { EventWindow } from './event-window.js';

export interface FeedParts {
  readonly eventStore: Pick<EventStore, 'readAll'>;
  readonly sql: Sql;
  readonly wakeSource: WakeSource;
  readonly logger: Logger;
  /** The newest events that are kept for all readers together. Those further back read the log. */
  readonly window?: { readonly events: number; readonly bytes: number };
}

export interface FeedReading {
  /** Where to go on. */
  readonly after: LogPosition;
  /** Ends the reading quietly. */
  readonly signal: AbortSignal;
  /** After so long without an event an empty batch comes, so that the reader can give a sign of life. */
  readonly idleMs: number;
}

/** What a reader gets at once. */
export interface FeedBatch {
  readonly events: readonly RecordedEvent[];
  /** Everything of the log up to here has been given: where to go on after a break. */
  readonly position: LogPosition;
}

const WINDOW = { events: 1000, bytes: 4_000_000 };
const PAGE = 200;
const RETRY_MS = 1000;

/** When a replica has died hundreds come back to the others at once: requests need the database meanwhile. */
const PAGES_AT_ONCE = { count: 2, maxWaiting: 1_000_000, waitMs: 60_000 };

/**
 * The log for any number of readers in one process: every event once, in log order. One follower for all of them, while there
 * is at least one, and a window of the newest events; a reader that is further back than the window, because it has come back
 * or is slow, reads pages of the log until it has caught up. Readers pull: one that takes nothing costs nothing.
 */
export class EventFeed {
  readonly #bell = new Bell();
  /** Of each reading. AbortSignal.any over a signal that lives on would keep something of every reading (Node 20). */
  readonly #endings = new Set<AbortController>();
  #closed = false;
  /** What is under way on the database. */
  readonly #busy = new Set<Promise<unknown>>();
  readonly #pages = new Places(PAGES_AT_ONCE);
  #window: EventWindow | null = null;
  #readers = 0;
  #stopFollowing: (() => void) | null = null;

  constructor(private readonly parts: FeedParts) {}

  /** Errors of the database do not end it: it waits and goes on where it was. */
  async *read(reading: FeedReading): AsyncGenerator<FeedBatch, void, undefined> {
    const ending = new AbortController();
    const { signal } = ending;
    const end = (): void => ending.abort();
    if (this.#closed || reading.signal.aborted) return;
    reading.signal.addEventListener('abort', end);
    this.#endings.add(ending);
    this.#enter();
    try {
      let position = reading.after;
      let idleAt = performance.now() + reading.idleMs;
      while (!signal.aborted) {
        const { rings } = this.#bell;
        const batch = await this.#next(position, signal);
        const isIdle = batch.events.length === 0;
        position = batch.position;
        if (!isIdle || performance.now() >= idleAt) {
          yield batch;
          idleAt = performance.now() + reading.idleMs;
        } else {
          await this.#bell.wait(rings, idleAt - performance.now(), signal);
        }
      }
    } finally {
      reading.signal.removeEventListener('abort', end);
      this.#endings.delete(ending);
      this.#leave();
    }
  }

  /** Ends all readings; resolves when the database is no longer used. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const ending of this.#endings) ending.abort();
    this.#stopFollowing?.();
    await Promise.allSettled(this.#busy);
  }

  async #next(position: LogPosition, signal: AbortSignal): Promise<FeedBatch> {
    const window = this.#window;
    // Until the follower has begun nobody knows what it will begin with.
    if (window === null) return { events: [], position };
    const known = window.after(position, PAGE);
    if (known !== null) return { events: known, position: known.at(-1)?.position ?? position };
    const { end } = window;
    const events = await this.#patiently(signal, () => this.#page(position, signal));
    if (events === null) return { events: [], position };
    const last = events.at(-1)?.position ?? position;
    // A page that is not full goes at least as far as the window went when it was asked for.
    const caughtUp = events.length < PAGE && comparePositions(last, end) < 0;
    return { events, position: caughtUp ? end : last };
  }

  /** Asks the database until it answers. @returns null once the signal fires */
  async #patiently<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | null> {
    while (!signal.aborted) {
      try {
        return await this.#tracked(ask());
      } catch (error) {
        this.parts.logger.warn({ error: messageOf(error) }, 'a reader of events lost the log, will go on with it');
        await pause(RETRY_MS, signal);
      }
    }
    return null;
  }

  /** When it is its turn. @returns null where the signal has fired before */
  async #page(after: LogPosition, signal: AbortSignal): Promise<readonly RecordedEvent[] | null> {
    const { eventStore, sql } = this.parts;
    await this.#pages.enter();
    try {
      return signal.aborted ? null : (await eventStore.readAll(sql, after, PAGE)).events;
    } finally {
      this.#pages.leave();
    }
  }

  #enter(): void {
    this.#readers += 1;
    if (this.#stopFollowing !== null) return;
    const stop = new AbortController();
    this.#stopFollowing = () => stop.abort();
    void this.#tracked(this.#follow(stop.signal));
  }

  #leave(): void {
    this.#readers -= 1;
    if (this.#readers > 0) return;
    this.#stopFollowing?.();
    this.#stopFollowing = null;
    this.#window = null;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { eventStore, sql, wakeSource, logger, window: limits = WINDOW } = this.parts;
    let window: EventWindow | null = null;
    while (!signal.aborted) {
      try {
        window ??= new EventWindow(await logPresent(sql), limits);
        // Meanwhile the last reader may have left, and another one have come with a follower of its own.
        signal.throwIfAborted();
        this.#window = window;
        this.#bell.ring();
        for await (const events of follow(eventStore, sql, { after: window.end, signal, wakeSource })) {
          window.add(events);
          this.#bell.ring();
        }
      } catch (error) {
        if (isOver(signal)) return;
        logger.warn({ error: messageOf(error) }, 'the feed of events lost the log, will follow it again');
        await pause(RETRY_MS, signal);
      }
    }
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    const done = (): void => void this.#busy.delete(work);
    this.#busy.add(work);
    work.then(done, done);
    return work;
  }
}

function isOver({ aborted }: AbortSignal): boolean {
  return aborted;
}

function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  return new Bell().wait(0, timeMs, signal);
}
