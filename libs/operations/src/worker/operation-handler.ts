import { messageOf, type Clock, type Logger } from '#kernel';
import type { Queries } from '#read-model';
import { attemptDueAt } from '../dispatch/attempt.js';
import { leaseKeys, type Leases } from '../leases/leases.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import type { OperationRunner } from '../run/operation-runner.js';
import { backOffMs, type RunnerSettings } from '../run/settings.js';

/** How many of those that wait are looked through for the next one. */
const LOOK_AHEAD = 200;

/** Resources that several operations may want at once; of all others the API accepts one operation at a time. */
const sharedLanes = [leaseKeys.peers(''), leaseKeys.node('')];

export interface HandlerParts {
  readonly runner: Pick<OperationRunner, 'run'>;
  readonly queue: OperationQueue;
  readonly queries: Pick<Queries, 'unfinishedOperations'>;
  readonly leases: Leases;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly settings: RunnerSettings;
  /** Pause before an operation whose resource is held by somebody else is tried again. */
  readonly busyRetryMs: number;
  /** Fires when the process cannot wait any longer. */
  readonly stopNow: AbortSignal;
}

/** What becomes of a job: runs the operation, and sees to it that it comes back where it has to. */
export class OperationHandler {
  constructor(private readonly parts: HandlerParts) {}

  async handle(operationId: string, stopSoon: AbortSignal): Promise<void> {
    const { runner, settings, busyRetryMs, stopNow } = this.parts;
    const { outcome, resources, attempt } = await runner.run(operationId, { soon: stopSoon, now: stopNow });
    switch (outcome) {
      case 'finished':
        return this.#wakeNext(resources);
      case 'busy':
        return this.#again(operationId, busyRetryMs);
      case 'retry':
        return this.#again(operationId, backOffMs(attempt + 1, settings.retryMs, settings.retryLimitMs));
      case 'interrupted':
        return this.#again(operationId, settings.retryMs);
    }
  }

  /** A hint like any other: where it fails the reconciler finds the operation. */
  async #again(operationId: string, delayMs: number): Promise<void> {
    const { queue, clock, logger } = this.parts;
    try {
      await queue.add(operationId, { attempt: attemptDueAt(clock.now().getTime() + delayMs), delayMs });
    } catch (error) {
      logger.warn({ operationId, error: messageOf(error) }, 'operation not queued again: the reconciler will');
    }
  }

  /** Changes of a cluster's members and of a node's devices take turns: the oldest that waits need not wait for its next try. */
  async #wakeNext(resources: readonly string[]): Promise<void> {
    const { queries, leases } = this.parts;
    const lanes = resources.filter((key) => sharedLanes.some((lane) => key.startsWith(lane)));
    if (lanes.length === 0) return;
    const waiting = await queries.unfinishedOperations(LOOK_AHEAD);
    const next = waiting.find((operation) => operation.resources.some((key) => lanes.includes(key)));
    if (next === undefined) return;
    const held = await leases.heldAmong(next.resources);
    if (held.size === 0) await this.#again(next.operationId, 0);
  }
}
