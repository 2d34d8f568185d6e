import type { Clock, Logger } from '#kernel';
import type { Queries } from '#read-model';
import { LeaseLostError, leaseKeys, type Lease, type Leases } from '../leases/leases.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import { attemptDueAt } from './attempt.js';
import { dueOperations, type DueSettings, type Seen } from './due-operations.js';
import { Repeater } from './repeater.js';

/** Looked at in one pass; those further back come when these are done. */
const LIMIT = 1000;

export interface ReconcilerParts {
  readonly queries: Pick<Queries, 'unfinishedOperations'>;
  readonly leases: Leases;
  readonly queue: OperationQueue;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly worker: string;
  readonly intervalMs: number;
  readonly settings: DueSettings;
}

/**
 * Puts back into the queue what has not reached its end and nobody works on: after the loss of a worker, of a job, or of the
 * whole queue. Runs in every worker process, at work in one of them at a time.
 */
export class Reconciler {
  readonly #repeater: Repeater;
  #duty: Lease | null = null;
  #seen: ReadonlyMap<string, Seen> = new Map();

  constructor(private readonly parts: ReconcilerParts) {
    this.#repeater = new Repeater('reconciler', parts.intervalMs, () => this.#pass(), parts.logger);
  }

  start(): void {
    this.#repeater.start();
  }

  async close(): Promise<void> {
    await this.#repeater.close();
    if (this.#duty !== null) await this.parts.leases.release(this.#duty);
  }

  async #pass(): Promise<void> {
    const { queries, leases, queue, clock, settings, logger } = this.parts;
    if (!(await this.#onDuty())) return;
    const unfinished = await queries.unfinishedOperations(LIMIT);
    const held = await leases.heldAmong(unfinished.flatMap((operation) => operation.resources));
    const nowMs = clock.now().getTime();
    const { due, seen } = dueOperations(unfinished, held, this.#seen, nowMs, settings);
    for (const operationId of due) {
      logger.info({ operationId }, 'operation put back into the queue');
      await queue.add(operationId, { attempt: attemptDueAt(nowMs) });
    }
    // Only now: what could not be queued is due again next time.
    this.#seen = seen;
  }

  async #onDuty(): Promise<boolean> {
    const { leases, worker, intervalMs } = this.parts;
    const ttlMs = 3 * intervalMs;
    try {
      if (this.#duty !== null) await leases.renew(this.#duty, ttlMs);
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      this.#duty = null;
    }
    if (this.#duty === null) {
      this.#duty = await leases.claim([leaseKeys.duty('reconciler')], worker, ttlMs);
      this.#seen = new Map();
    }
    return this.#duty !== null;
  }
}
