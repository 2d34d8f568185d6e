import type { Sql } from '#kernel';
import type { EventStore, LogPosition, RecordedEvent } from './event-store.js';
import type { WakeSource } from './log-notifier.js';

export interface FollowSettings {
  /** Where to go on; null: from the beginning. */
  readonly after: LogPosition | null;
  /** Ends the iteration quietly. */
  readonly signal: AbortSignal;
  /** Events per batch at most. */
  readonly batchSize?: number;
  /** Without it, only polling finds new events. */
  readonly wakeSource?: WakeSource;
}

const IDLE_POLL_MS = 250;
const SOON_MS = 10;

/**
 * How often to look again at once after a wake that brought nothing: writers that found the notify lock taken commit
 * after the one that woke us, and nobody wakes us for them.
 */
const LOOKS_AFTER_WAKE = 5;

/**
 * The log from a position on, in batches, for as long as the signal allows: every event once, in log order. Remember the
 * position of the last event handled to go on after a restart. Errors of the database end the iteration: start again from
 * that position.
 */
export async function* follow(
  store: Pick<EventStore, 'readAll'>,
  sql: Sql,
  { after, signal, batchSize = 500, wakeSource }: FollowSettings,
): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  const bell = new Bell(signal);
  const silence = wakeSource?.onWake(() => bell.ring());
  try {
    let position = after;
    let looks = 0;
    while (!signal.aborted) {
      if (bell.take()) looks = LOOKS_AFTER_WAKE;
      const { events, behindGuard } = await store.readAll(sql, position, batchSize);
      const last = events.at(-1);
      if (last !== undefined) {
        position = last.position;
        yield events;
        looks = LOOKS_AFTER_WAKE;
        if (events.length === batchSize) continue;
      }
      await bell.wait(behindGuard || looks > 0 ? SOON_MS : IDLE_POLL_MS);
      looks = Math.max(0, looks - 1);
    }
  } finally {
    silence?.();
    bell.remove();
  }
}

/** Remembers that it rang, so that a wake during a read is not lost. */
class Bell {
  readonly #signal: AbortSignal;
  #rang = false;
  #hear: (() => void) | null = null;
  readonly #onAbort = (): void => this.#hear?.();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  ring(): void {
    this.#rang = true;
    this.#hear?.();
  }

  take(): boolean {
    const rang = this.#rang;
    this.#rang = false;
    return rang;
  }

  /** Until it rings, the time is over, or the signal says to stop. */
  async wait(timeoutMs: number): Promise<void> {
    if (this.#rang || this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#hear = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#hear = null;
  }

  remove(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}
