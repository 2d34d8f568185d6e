import { logPosition, type EventStore, type LogPosition } from '#event-store';
import type { Logger, Sql } from '#kernel';
import type { OperationQueue } from '../queue/operation-queue.js';
import { kick } from './kick.js';
import { Repeater } from './repeater.js';

const BATCH = 500;

export interface DispatcherParts {
  readonly eventStore: EventStore;
  readonly sql: Sql;
  readonly queue: OperationQueue;
  readonly logger: Logger;
  /** The longest that an accepted operation waits here. */
  readonly intervalMs: number;
}

/**
 * Follows the log and queues every operation that is accepted, also where the API that accepted it died before it could. Its
 * place in the log is kept in memory only and begins at the present: what came before is the reconciler's. Several of them,
 * and the API's own hint, ask for the same job.
 */
export class Dispatcher {
  readonly #repeater: Repeater;
  #after: LogPosition | null = null;

  constructor(private readonly parts: DispatcherParts) {
    this.#repeater = new Repeater('dispatcher', parts.intervalMs, () => this.#catchUp(), parts.logger);
  }

  start(): void {
    this.#repeater.start();
  }

  /** To be called when something was appended, by whoever listens for that. */
  wake(): void {
    this.#repeater.wake();
  }

  close(): Promise<void> {
    return this.#repeater.close();
  }

  async #catchUp(): Promise<void> {
    const { eventStore, sql, queue, logger } = this.parts;
    this.#after ??= await present(sql);
    for (;;) {
      const { events } = await eventStore.readAll(sql, this.#after, BATCH);
      const accepted = events.filter(({ event }) => event.type === 'OperationAccepted');
      await Promise.all(accepted.map(({ streamId }) => kick(queue, streamId, logger)));
      this.#after = events.at(-1)?.position ?? this.#after;
      if (events.length < BATCH) return;
    }
  }
}

/** Before every event whose transaction is still open. */
async function present(sql: Sql): Promise<LogPosition> {
  const [row] = await sql.query<{ xmin: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin');
  if (row === undefined) throw new Error('the database has not said where its log ends');
  return logPosition(row.xmin, '0');
}
