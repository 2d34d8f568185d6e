import { messageOf, systemClock, type Clock, type Logger, type Sql } from '#kernel';
import type { EventStore } from '#event-store';
import type { Ledger, Queries } from '#read-model';
import type { StorageNodes } from '#storage-nodes';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { Reconciler } from '../dispatch/reconciler.js';
import { AnswerRecords } from '../idempotency/answer-records.js';
import { forgettingAnswers } from '../idempotency/forget-answers.js';
import type { Leases } from '../leases/leases.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import { meteredRunner, type RunMeter } from '../run/metered-runner.js';
import { OperationRunner } from '../run/operation-runner.js';
import { RunInterrupted } from '../run/run-interrupted.js';
import { defaultRunnerSettings, type RunnerSettings } from '../run/settings.js';
import { WorkflowRegistry } from '../workflows/registry.js';
import { Bulkhead, type BulkheadCounts } from './bulkhead.js';
import { neededNodes } from './needed-nodes.js';
import { OperationHandler } from './operation-handler.js';

export interface WorkerConfig extends RunnerSettings {
  /** Shown in events as the actor; unique among all processes. */
  readonly name: string;
  /** Operations at a time. They mostly wait for nodes. */
  readonly concurrency: number;
  /** How long the first hint of an operation may take before it is given another. */
  readonly graceMs: number;
  /** How often operations are looked for that nobody works on; what a dead worker leaves waits for its lease and for this. */
  readonly reconcileMs: number;
  /** How long answers are kept for clients that repeat a request under its key. */
  readonly keepAnswersMs: number;
}

export interface WorkerParts {
  readonly database: Sql;
  readonly ledger: Ledger;
  readonly queries: Queries;
  readonly nodes: StorageNodes;
  readonly leases: Leases;
  /** Worked on, and closed with the worker. */
  readonly queue: OperationQueue;
  readonly eventStore: EventStore;
  readonly logger: Logger;
  readonly config?: Partial<WorkerConfig>;
  readonly clock?: Clock;
  /** Those of this version unless given. */
  readonly workflows?: WorkflowRegistry;
  readonly meter?: RunMeter;
}

export interface RunningWorker {
  readonly name: string;
  /** What has become of operations whose nodes do not answer. */
  counts(): BulkheadCounts;
  /** Something was appended to the log: look now. */
  wake(): void;
  /**
   * Takes no more work, lets running steps end, gives the leases back. Steps that have not ended shortly before `timeoutMs` are
   * cut off; whoever goes on with their operations takes the nodes over first. Closes the queue too, the nodes not.
   */
  close(timeoutMs: number): Promise<void>;
}

/** The share of the time for closing that running steps get. */
const PATIENCE = 0.8;

const noCounts: BulkheadCounts = { putBack: 0, outside: 0, withoutPlace: 0 };

export function defaultWorkerConfig(): WorkerConfig {
  return {
    ...defaultRunnerSettings,
    name: `worker-${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`,
    concurrency: 32,
    graceMs: 2000,
    reconcileMs: 500,
    keepAnswersMs: 24 * 3_600_000,
  };
}

/** Everything that carries out operations, in one process. @throws Error where a kind of operation has no workflow */
export function startWorker(parts: WorkerParts): RunningWorker {
  const { database, ledger, queries, nodes, leases, queue, eventStore, logger, clock = systemClock } = parts;
  const config: WorkerConfig = { ...defaultWorkerConfig(), ...parts.config };
  const { name: worker } = config;
  const stopNow = new AbortController();
  // Every operation that runs listens to it: more than ten are no leak.
  setMaxListeners(0, stopNow.signal);
  const { workflows = new WorkflowRegistry() } = parts;
  const runner = new OperationRunner({
    ledger,
    queries,
    nodes,
    leases,
    workflows,
    logger,
    clock,
    settings: config,
    worker,
  });
  const { meter } = parts;
  const bulkhead = bulkheadFor(parts, config.concurrency, (operationId) => void handler.callIn(operationId));
  const handler: OperationHandler = new OperationHandler({
    runner: meter === undefined ? runner : meteredRunner(runner, meter),
    queue,
    queries,
    logger,
    clock,
    settings: config,
    bulkhead,
    stopNow: stopNow.signal,
  });
  const dispatcher = new Dispatcher({ eventStore, sql: database, queue, logger });
  const { graceMs, retryMs, retryLimitMs } = config;
  const reconciler = new Reconciler({
    queries,
    leases,
    queue,
    logger,
    clock,
    worker,
    intervalMs: config.reconcileMs,
    leaseTtlMs: config.leaseTtlMs,
    settings: { graceMs, retryMs, retryLimitMs },
  });
  const { keepAnswersMs: keepMs } = config;
  const forgetting = forgettingAnswers({ records: new AnswerRecords(database), leases, owner: worker, logger, keepMs });
  queue.work((...job) => handler.handle(...job), config.concurrency);
  dispatcher.start();
  reconciler.start();
  forgetting.start();
  // What was accepted while it was away is not in it.
  queue.onBack(() => reconciler.hasten());
  logger.info({ worker, concurrency: config.concurrency }, 'worker started');
  return {
    name: worker,
    counts: () => bulkhead?.counts() ?? noCounts,
    wake: () => dispatcher.wake(),
    close: async (timeoutMs) => {
      const cutOff = setTimeout(() => stopNow.abort(new RunInterrupted('stopping')), timeoutMs * PATIENCE);
      try {
        const closed = await Promise.allSettled([
          dispatcher.close(),
          reconciler.close(),
          forgetting.close(),
          queue.close(timeoutMs),
        ]);
        for (const part of closed) {
          if (part.status === 'rejected') logger.warn({ worker, error: messageOf(part.reason) }, 'not closed cleanly');
        }
      } finally {
        bulkhead?.close();
        clearTimeout(cutOff);
      }
      logger.info({ worker }, 'worker stopped');
    },
  };
}

function bulkheadFor(
  { nodes: { health }, queries, logger }: WorkerParts,
  concurrency: number,
  callIn: (operationId: string) => void,
): Bulkhead | null {
  if (health === undefined) return null;
  const nodesOf = (operationId: string): Promise<string[]> => neededNodes(queries, operationId);
  return new Bulkhead({ health, concurrency, logger, nodesOf, callIn });
}
