import type { Clock, Logger } from '#kernel';
import type { Queries, UnfinishedOperation } from '#read-model';
import { Duty, DUTY_TTL_MS } from '../duties/duty.js';
import type { Leases } from '../leases/leases.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import { attemptDueAt } from './attempt.js';
import { dueOperations, queuedAgain, type DueSettings, type Seen } from './due-operations.js';

/** Looked at in one pass; the next pass goes on after them. */
const PAGE = 1000;

export interface ReconcilerParts {
  readonly queries: Pick<Queries, 'unfinishedOperations' | 'mayStart'>;
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
  /** As of the last time round, and what of it is known anew: what has ended is forgotten with the old one. */
  #seen: ReadonlyMap<string, Seen> = new Map();
  #seenAnew = new Map<string, Seen>();
  /** Where the next pass begins; undefined: with the oldest. */
  #after: string | undefined;

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
    // What another process has queued meanwhile is unknown here.
    if (taken) this.#goRound(new Map());
    // What is due stays due.
    if (this.parts.queue.trouble() !== null) return;
    const unfinished = await this.parts.queries.unfinishedOperations(PAGE, this.#after);
    const seen = await this.#queueDue(unfinished, signal);
    // Only now: what could not be queued is due again next time.
    for (const [operationId, remembered] of seen) this.#seenAnew.set(operationId, remembered);
    if (unfinished.length < PAGE) this.#goRound(this.#seenAnew);
    else this.#after = unfinished.at(-1)?.operationId;
  }

  #goRound(seen: ReadonlyMap<string, Seen>): void {
    this.#seen = seen;
    this.#seenAnew = new Map();
    this.#after = undefined;
  }

  /** @returns what is to be remembered of them */
  async #queueDue(unfinished: readonly UnfinishedOperation[], signal: AbortSignal): Promise<ReadonlyMap<string, Seen>> {
    const { queries, leases, queue, clock, settings, logger } = this.parts;
    if (unfinished.length === 0) return new Map();
    const held = await leases.heldAmong(unfinished.flatMap((operation) => operation.resources));
    const present = { nowMs: clock.now().getTime(), queueIsEmpty: (await queue.depth()) === 0 };
    const { due, seen } = dueOperations(unfinished, held, this.#seen, present, settings);
    // Those whose turn it is not stay due.
    const turn = await queries.mayStart(due);
    for (const operationId of due.filter((id) => turn.has(id))) {
      if (signal.aborted) break;
      await queue.add(operationId, { attempt: attemptDueAt(present.nowMs) });
      logger.info({ operationId }, 'operation put back into the queue');
      const known = seen.get(operationId);
      if (known !== undefined) seen.set(operationId, queuedAgain(known, present.nowMs));
    }
    return seen;
  }
}
