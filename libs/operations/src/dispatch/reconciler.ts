import type { Clock, Logger } from '#kernel';
import type { Queries } from '#read-model';
import { Duty, DUTY_TTL_MS } from '../duties/duty.js';
import type { Leases } from '../leases/leases.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import { attemptDueAt } from './attempt.js';
import { dueOperations, type DueSettings, type Seen } from './due-operations.js';

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
  /** Of the operations' leases: the duty's own is never longer, so that it does not add to the time that an operation lies still. */
  readonly leaseTtlMs: number;
  readonly settings: DueSettings;
}

/**
 * Puts back into the queue what has not reached its end and nobody works on: after the loss of a worker, of a job, or of the
 * whole queue. A duty: in every worker process, at work in one of them at a time.
 */
export class Reconciler {
  readonly #duty: Duty;
  #seen: ReadonlyMap<string, Seen> = new Map();

  constructor(private readonly parts: ReconcilerParts) {
    const { leases, worker: owner, logger, intervalMs, leaseTtlMs } = parts;
    const ttlMs = Math.min(leaseTtlMs, DUTY_TTL_MS);
    const pass = (taken: boolean, signal: AbortSignal): Promise<void> => this.#pass(taken, signal);
    this.#duty = new Duty({ name: 'reconciler', leases, owner, logger, intervalMs, ttlMs, pass });
  }

  start(): void {
    this.#duty.start();
  }

  /** There may be much to do: look soon. */
  hasten(): void {
    this.#duty.hasten();
  }

  close(): Promise<void> {
    return this.#duty.close();
  }

  async #pass(taken: boolean, signal: AbortSignal): Promise<void> {
    const { queries, leases, queue, clock, settings, logger } = this.parts;
    // What another process has queued meanwhile is unknown here.
    if (taken) this.#seen = new Map();
    // What is due stays due.
    if (queue.trouble() !== null) return;
    const unfinished = await queries.unfinishedOperations(LIMIT);
    if (unfinished.length === 0) return;
    const held = await leases.heldAmong(unfinished.flatMap((operation) => operation.resources));
    const queueIsEmpty = (await queue.depth()) === 0;
    const nowMs = clock.now().getTime();
    const { due, seen } = dueOperations(unfinished, held, this.#seen, { nowMs, queueIsEmpty }, settings);
    for (const operationId of due) {
      if (signal.aborted) return;
      await queue.add(operationId, { attempt: attemptDueAt(nowMs) });
      logger.info({ operationId }, 'operation put back into the queue');
    }
    // Only now: what could not be queued is due again next time.
    this.#seen = seen;
  }
}
