import type { EventStore } from '#event-store';
import { type Attribution, type Database, type Logger, messageOf, systemAttribution, within } from '#kernel';
import { REQUEST_STREAM, type RefusalStage, type RequestEvent } from './events.js';
import { type Refusal, refusedRequest } from './refusal.js';
import { RefusalCounts } from './refusal-counts.js';
import { TokenBucket } from './token-bucket.js';

export interface RefusalRecorderParts {
  /** Of the process that answers the requests: a new one for each start, as nobody else may write to its stream. */
  readonly processId: string;
  readonly database: Database;
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly logger: Logger;
  /** Told what becomes of refusals: each recorded, only counted, or lost because the database was away for too long. */
  readonly meter: (outcome: 'recorded' | 'counted' | 'dropped', count: number) => void;
  readonly settings?: Partial<RefusalSettings>;
}

interface RefusalSettings {
  readonly flushAfterMs: number;
  readonly retryAfterMs: number;
  readonly countForMs: number;
  /** Refusals that wait at most. */
  readonly room: number;
  readonly closeWithinMs: number;
}

const usual: RefusalSettings = {
  flushAfterMs: 100,
  retryAfterMs: 1_000,
  countForMs: 10_000,
  room: 1_000,
  closeWithinMs: 2_000,
};

/** Apart: strangers at the door must not use up what is there for the refusals of those who may come in. */
const rates: Readonly<Record<RefusalStage, ConstructorParameters<typeof TokenBucket>[0]>> = {
  door: { burst: 100, perSecond: 10 },
  change: { burst: 500, perSecond: 50 },
};

/** Appended in one transaction: short, because it holds back those who follow the log. */
const AT_ONCE = 20;

interface Entry {
  /** Its version in the stream. */
  readonly version: number;
  readonly event: RequestEvent;
  readonly attribution: Attribution;
}

/**
 * Records refused requests in the log, behind the back of those who asked: nothing waits for it and nothing fails with it. What
 * comes too fast is counted, and the counts recorded.
 */
export class RefusalRecorder {
  readonly #parts: RefusalRecorderParts;
  readonly #settings: RefusalSettings;
  readonly #buckets: Readonly<Record<RefusalStage, TokenBucket>>;
  readonly #counts = new RefusalCounts();
  readonly #waiting: Entry[] = [];
  #version = 0;
  #lost = 0;
  /** Why the log has taken none since it last took some; null: it takes them. */
  #obstacle: string | null = null;
  #flushing: Promise<void> | null = null;
  #flushTimer: NodeJS.Timeout | null = null;
  #countTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(parts: RefusalRecorderParts) {
    this.#parts = parts;
    this.#settings = { ...usual, ...parts.settings };
    this.#buckets = { door: new TokenBucket(rates.door), change: new TokenBucket(rates.change) };
  }

  record(refusal: Refusal): void {
    if (this.#closed) {
      this.#lose();
    } else if (this.#buckets[refusal.stage].take(refusal.at.getTime())) {
      this.#enqueue({ type: 'RequestRefused', data: refusedRequest(refusal) }, refusal.attribution);
    } else {
      this.#counts.add(refusal);
      this.#parts.meter('counted', 1);
      this.#countTimer ??= setTimeout(() => this.#recordCounts(), this.#settings.countForMs).unref();
    }
  }

  /** Records what is still to be recorded; what cannot be in a short time is lost. */
  async close(): Promise<void> {
    this.#recordCounts();
    this.#closed = true;
    const late = (): void => undefined;
    await within(this.#settings.closeWithinMs, this.#flushing ?? this.#flush(), late);
    if (this.#waiting.length > 0) await within(this.#settings.closeWithinMs, this.#flush(), late);
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#lose(this.#waiting.splice(0).length);
  }

  #recordCounts(): void {
    if (this.#countTimer !== null) clearTimeout(this.#countTimer);
    this.#countTimer = null;
    const data = this.#counts.take();
    if (data === null) return;
    const { processId } = this.#parts;
    this.#enqueue({ type: 'RequestsRefused', data }, systemAttribution('api', processId));
  }

  #enqueue(event: RequestEvent, attribution: Attribution): void {
    if (this.#waiting.length >= this.#settings.room) {
      this.#lose();
      return;
    }
    this.#version += 1;
    this.#waiting.push({ version: this.#version, event, attribution });
    if (this.#flushing === null) this.#flushIn(this.#settings.flushAfterMs);
  }

  #lose(count = 1): void {
    if (count === 0) return;
    this.#parts.meter('dropped', count);
    this.#lost += count;
    // Once, not for each of a flood.
    if (this.#lost === count)
      this.#parts.logger.error(
        { reason: this.#obstacle ?? 'this process is stopping' },
        'refused requests cannot be recorded and are lost from now on',
      );
  }

  #flushIn(delayMs: number): void {
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = null;
      void this.#flush();
    }, delayMs).unref();
  }

  async #flush(): Promise<void> {
    this.#flushing ??= this.#appendAll();
    await this.#flushing;
  }

  /** Never fails. */
  async #appendAll(): Promise<void> {
    const { logger, meter } = this.#parts;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.slice(0, AT_ONCE);
        await this.#append(batch);
        this.#waiting.splice(0, batch.length);
        meter('recorded', batch.length);
      }
      if (this.#obstacle !== null) logger.warn({ lost: this.#lost }, 'refused requests are recorded again');
      this.#obstacle = null;
      this.#lost = 0;
    } catch (error) {
      const reason = messageOf(error);
      const fields = { waiting: this.#waiting.length, room: this.#settings.room, reason };
      // Once for each reason, not for each try: what does not fit in the room is lost.
      logger[reason === this.#obstacle ? 'debug' : 'warn'](
        fields,
        'refused requests wait until the database takes them',
      );
      this.#obstacle = reason;
      if (!this.#closed) this.#flushIn(this.#settings.retryAfterMs);
    } finally {
      this.#flushing = null;
    }
  }

  /** May be repeated: what a lost answer had committed is found again. */
  async #append(batch: readonly Entry[]): Promise<void> {
    const { processId, database, eventStore } = this.#parts;
    await database.transaction(async (tx) => {
      for (const { version, event, attribution } of batch) {
        const append = { kind: REQUEST_STREAM, id: processId, expectedVersion: version - 1, events: [event] };
        await eventStore.append(tx, [append], { attribution, commandId: `${processId}/${version.toString()}` });
      }
    });
  }
}
