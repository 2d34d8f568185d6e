import { messageOf, type Clock, type Logger } from '#kernel';
import type { Queries } from '#read-model';
import { attemptDueAt } from '../dispatch/attempt.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import type { OperationRunner } from '../run/operation-runner.js';
import { backOffMs, type RunnerSettings } from '../run/settings.js';
import type { Bulkhead } from './bulkhead.js';
import { Pauses } from './pauses.js';

export interface HandlerParts {
  readonly runner: Pick<OperationRunner, 'run'>;
  readonly queue: OperationQueue;
  readonly queries: Pick<Queries, 'mayStart' | 'nextInLanes' | 'waitsBehind'>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly settings: RunnerSettings;
  /** null: nobody knows how the nodes are. */
  readonly bulkhead: Pick<Bulkhead, 'enter'> | null;
  /** Fires when the process cannot wait any longer. */
  readonly stopNow: AbortSignal;
}

/** Before an operation that this worker cannot carry out is offered again, to whichever worker is quicker. */
const FOREIGN_RETRY_MS = 1000;

/** What becomes of a job: runs the operation where it is its turn, and sees to it that what follows is asked for. */
export class OperationHandler {
  readonly #pauses = new Pauses();

  constructor(private readonly parts: HandlerParts) {}

  /** @param letGo see Handle of the queue */
  async handle(operationId: string, stopSoon: AbortSignal, letGo: () => void): Promise<void> {
    const { queries, bulkhead, clock } = this.parts;
    if (this.#pauses.last(operationId, clock.now().getTime())) return;
    // Over, or waiting in a lane: then whoever ends the operation before it asks for it.
    if (!(await queries.mayStart([operationId])).has(operationId)) return this.#sayWhy(operationId);
    if (bulkhead === null) return this.#run(operationId, stopSoon);
    const leave = await bulkhead.enter(operationId, letGo);
    if (leave === null) return;
    try {
      await this.#run(operationId, stopSoon);
    } finally {
      leave();
    }
  }

  async #sayWhy(operationId: string): Promise<void> {
    const waitsFor = await this.parts.queries.waitsBehind(operationId);
    if (waitsFor !== null) this.parts.logger.info({ operationId, waitsFor }, 'operation waits for its turn');
  }

  /** Asks for an operation at once, as `#wakeNext` does. */
  async callIn(operationId: string): Promise<void> {
    await this.#add(operationId, { attempt: this.parts.clock.now().getTime() });
  }

  async #run(operationId: string, stopSoon: AbortSignal): Promise<void> {
    const { runner, settings, stopNow } = this.parts;
    const { outcome, resources, attempt } = await runner.run(operationId, { soon: stopSoon, now: stopNow });
    switch (outcome) {
      case 'finished':
        return this.#wakeNext(resources);
      case 'busy':
        // Another worker is at it, or was: the reconciler asks again where a lease has run out.
        return;
      case 'retry':
        return this.#pause(operationId, backOffMs(attempt + 1, settings.retryMs, settings.retryLimitMs));
      case 'interrupted':
        await this.#again(operationId, settings.retryMs);
        return;
      case 'foreign':
        await this.#again(operationId, FOREIGN_RETRY_MS);
    }
  }

  async #pause(operationId: string, pauseMs: number): Promise<void> {
    const nowMs = this.parts.clock.now().getTime();
    if (await this.#again(operationId, pauseMs)) this.#pauses.begin(operationId, nowMs, pauseMs);
  }

  #again(operationId: string, delayMs: number): Promise<boolean> {
    return this.#add(operationId, { attempt: attemptDueAt(this.parts.clock.now().getTime() + delayMs), delayMs });
  }

  /**
   * Those that have waited for the resources of an operation that has ended. Under a number of their own, in ms: a job of the
   * same second may have been here already, and have found that it was not its turn.
   */
  async #wakeNext(resources: readonly string[]): Promise<void> {
    const attempt = this.parts.clock.now().getTime();
    const next = await this.parts.queries.nextInLanes(resources);
    await Promise.all(next.map((operationId) => this.#add(operationId, { attempt })));
  }

  /**
   * A hint like any other: where it fails the reconciler finds the operation.
   * @returns whether the queue has it
   */
  async #add(operationId: string, options: { readonly attempt: number; readonly delayMs?: number }): Promise<boolean> {
    const { queue, logger } = this.parts;
    try {
      await queue.add(operationId, options);
      return true;
    } catch (error) {
      logger.warn({ operationId, error: messageOf(error) }, 'operation not queued again: the reconciler will');
      return false;
    }
  }
}
