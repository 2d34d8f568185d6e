import { readSealKey, Sealer } from '#audit';
import type { Config } from '#config';
import type { EventStore, WakeSource } from '#event-store';
import type { Database, Logger } from '#kernel';
import type { Telemetry } from '#observability';
import { type BulkheadCounts, Duty, type OperationQueue, PostgresLeases, startWorker } from '#operations';
import type { Ledger, Queries } from '#read-model';
import type { StorageNodes } from '#storage-nodes';

/** The settings that the worker reads. */
export type WorkerSettings = Pick<
  Config,
  | 'workerConcurrency'
  | 'leaseTtlMs'
  | 'reconcileIntervalMs'
  | 'drainTimeoutMs'
  | 'idempotencyKeepHours'
  | 'sealKey'
  | 'sealIntervalMs'
>;

/** Everything that one worker is made of; nothing is global, so a process can hold several. */
export interface WorkerDependencies {
  readonly config: WorkerSettings;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly ledger: Ledger;
  readonly queries: Queries;
  readonly nodes: StorageNodes;
  /** Closed with the worker. */
  readonly queue: OperationQueue;
  /** Says that the log may have grown. */
  readonly notifier: WakeSource;
  readonly telemetry: Pick<Telemetry, 'runs' | 'seals'>;
  readonly logger: Logger;
}

export interface OperationWorker {
  /** What has become of operations whose nodes do not answer. */
  counts(): BulkheadCounts;
  /** Takes no more work, lets running steps end within the drain time, hands leases and jobs back. */
  close(): Promise<void>;
}

/** Kept of the time for stopping, for the goodbyes to a queue and a database that may hang. */
const GOODBYES_MS = 4000;

/**
 * Takes operations from the queue and carries them out on the nodes, and seals the log, from now on.
 * @throws Error where the key for seals is none
 */
export function createWorker(dependencies: WorkerDependencies): OperationWorker {
  const { config, notifier, telemetry, ...parts } = dependencies;
  const { database: sql, logger } = parts;
  const sealer = new Sealer({ sql, key: readSealKey(config.sealKey), logger, meter: telemetry.seals });
  const leases = new PostgresLeases(sql);
  const worker = startWorker({
    ...parts,
    leases,
    meter: telemetry.runs,
    config: {
      concurrency: config.workerConcurrency,
      leaseTtlMs: config.leaseTtlMs,
      reconcileMs: config.reconcileIntervalMs,
      keepAnswersMs: config.idempotencyKeepHours * 3_600_000,
    },
  });
  const sealing = new Duty({
    name: 'sealer',
    leases,
    owner: worker.name,
    logger,
    intervalMs: config.sealIntervalMs,
    pass: (_taken, signal) => sealer.pass(signal),
  });
  sealing.start();
  const silence = notifier.onWake(() => worker.wake());
  return {
    counts: () => worker.counts(),
    close: async () => {
      silence();
      const { drainTimeoutMs } = config;
      logger.info({ drainTimeoutMs }, 'worker takes no more jobs');
      await Promise.all([
        sealing.close().then(() => sealer.logAnchor()),
        worker.close(Math.max(drainTimeoutMs - GOODBYES_MS, drainTimeoutMs / 2)),
      ]);
    },
  };
}
