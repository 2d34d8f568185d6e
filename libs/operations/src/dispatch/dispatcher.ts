import { follow, logPresent, type EventStore, type LogPosition, type WakeSource } from '#event-store';
import { messageOf, type Logger, type Sql } from '#kernel';
import type { OperationQueue } from '../queue/operation-queue.js';
import { pause } from '../run/pause.js';
import { kick } from './kick.js';

export interface DispatcherParts {
  readonly eventStore: EventStore;
  readonly sql: Sql;
  readonly queue: OperationQueue;
  readonly logger: Logger;
}

/** Pause before the log is followed again after an error of the database. */
const RETRY_MS = 1000;

/**
 * Follows the log and queues every operation that is accepted, also where the API that accepted it died before it could. Its
 * place in the log is kept in memory only and begins at the present: what came before is the reconciler's.
 *
 * Runs in every worker process and is no duty: all of them, and the API's own hint, ask for the same job number, which is one
 * job, so several do no harm; and with a lease the hints would stop for seconds whenever its holder dies.
 */
export class Dispatcher {
  readonly #closing = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #wakeSource: WakeSource = {
    onWake: (listener) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
  };
  #after: LogPosition | null = null;
  #loop: Promise<void> | null = null;

  constructor(private readonly parts: DispatcherParts) {}

  start(): void {
    this.#loop ??= this.#run();
  }

  /** To be called when something was appended, by whoever listens for that. */
  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        this.parts.logger.warn({ error: messageOf(error) }, 'dispatcher lost the log, will follow it again');
        await pause(RETRY_MS, this.#closing.signal);
      }
    }
  }

  async #follow(): Promise<void> {
    const { eventStore, sql, queue, logger } = this.parts;
    this.#after ??= await logPresent(sql);
    const settings = { after: this.#after, signal: this.#closing.signal, wakeSource: this.#wakeSource };
    for await (const events of follow(eventStore, sql, settings)) {
      const accepted = events.filter(({ event }) => event.type === 'OperationAccepted');
      await Promise.all(accepted.map(({ streamId }) => kick(queue, streamId, logger)));
      this.#after = events.at(-1)?.position ?? this.#after;
    }
  }
}
