import type { OperationState } from '#domain';
import { messageOf, newId, systemAttribution, type Logger } from '#kernel';
import type { Ledger, Queries } from '#read-model';
import type { StorageNodes } from '#storage-nodes';
import { LeaseKeeper } from '../leases/lease-keeper.js';
import { LeaseLostError, type Lease, type Leases } from '../leases/leases.js';
import type { WorkflowRegistry } from '../workflows/registry.js';
import type { LoadState, WorkflowQueries } from '../workflows/workflow.js';
import { OperationJournal } from './operation-journal.js';
import { OperationRun } from './operation-run.js';
import { RunInterrupted } from './run-interrupted.js';
import type { RunnerSettings } from './settings.js';
import type { StopSignals } from './step-run.js';

export interface RunnerParts {
  readonly ledger: Ledger;
  readonly queries: WorkflowQueries & Pick<Queries, 'operation'>;
  readonly nodes: StorageNodes;
  readonly leases: Leases;
  readonly workflows: WorkflowRegistry;
  readonly logger: Logger;
  readonly settings: RunnerSettings;
  /** The name of this process; unique among all that run. */
  readonly worker: string;
}

export type RunOutcome =
  /** The operation is over, or unknown. */
  | 'finished'
  /** Somebody else has one of its resources. */
  | 'busy'
  /** It wants another run after a pause. */
  | 'retry'
  /** The lease was lost or the worker stops: another one goes on. */
  | 'interrupted';

export interface RunResult {
  readonly outcome: RunOutcome;
  readonly resources: readonly string[];
  readonly attempt: number;
}

/** Carries out operations, one call per job. Everything it needs to know is in the log: any worker can go on anywhere. */
export class OperationRunner {
  constructor(private readonly parts: RunnerParts) {}

  /** Takes the operation as far as it gets. Never throws for what happens on nodes. @throws when the database is away */
  async run(operationId: string, stop: StopSignals): Promise<RunResult> {
    const { queries, leases, settings, worker, logger } = this.parts;
    const operation = await queries.operation(operationId);
    if (operation === null || isOver(operation)) return result('finished', operation);
    const claimedAt = performance.now();
    const lease = await leases.claim(operation.resources, worker, settings.leaseTtlMs);
    if (lease === null) return result('busy', operation);
    // One controller a run: whatever listens to it goes with the run, not with the process.
    const now = new AbortController();
    const cutOff = (): void => now.abort(new RunInterrupted('stopping'));
    const lost = (): void => now.abort(new RunInterrupted('lease-lost'));
    stop.now.addEventListener('abort', cutOff, { once: true });
    const keeper = new LeaseKeeper(leases, lease, settings.leaseTtlMs, logger, claimedAt, lost);
    try {
      return await this.#runHolding(lease, operationId, stop.soon, now);
    } finally {
      keeper.stop();
      stop.now.removeEventListener('abort', cutOff);
      // After a stop in mid-step a command may still be running on a node: the next worker comes when the lease has run out.
      if (!stop.now.aborted) await this.#release(lease);
    }
  }

  async #runHolding(lease: Lease, operationId: string, soon: AbortSignal, now: AbortController): Promise<RunResult> {
    const { ledger, queries, nodes, leases, workflows, settings, worker, logger } = this.parts;
    // Whoever had the lease before may have finished the operation since it was read.
    const operation = await queries.operation(operationId);
    if (operation === null || isOver(operation)) return result('finished', operation);
    const journal = new OperationJournal(ledger, leases, lease, worker, logger, operation);
    try {
      const attempt = operation.attempt + 1;
      await journal.record([{ type: 'StartOperation', worker, attempt, leaseEpochs: lease.epochs }]);
      const workflow = workflows.of(operation.kind);
      const load = this.#load(operationId);
      const phases = await workflow.plan(journal.state, { queries, load });
      const run = new OperationRun({ workflow, phases, journal, nodes, queries, load, soon, now, settings, logger });
      logger.info({ operationId, kind: operation.kind, attempt }, 'operation runs');
      const outcome = await run.run();
      this.#logEnd(journal.state);
      return result(outcome, journal.state);
    } catch (error) {
      const fields = { operationId, kind: operation.kind, error: messageOf(error) };
      if (error instanceof RunInterrupted || error instanceof LeaseLostError) {
        logger.info(fields, 'operation left to another worker');
        return result('interrupted', journal.state);
      }
      logger.error(fields, 'operation could not be run');
      return result('retry', journal.state);
    }
  }

  /** Operators find by it what became of a request; the steps, node by node, are in the log of events. */
  #logEnd({ operationId, kind, status, attempt, reason }: OperationState): void {
    const { logger } = this.parts;
    if (status === 'succeeded') logger.info({ operationId, kind, attempt }, 'operation succeeded');
    else if (status === 'failed') logger.warn({ operationId, kind, attempt, reason }, 'operation failed');
    else logger.info({ operationId, kind, attempt, status }, 'operation to be continued');
  }

  #load(operationId: string): LoadState {
    const attribution = systemAttribution(this.parts.worker, operationId);
    return (kind, id) =>
      this.parts.ledger.transact({ attribution, commandId: newId() }, async (tx) => (await tx.load(kind, id)).state);
  }

  async #release(lease: Lease): Promise<void> {
    try {
      await this.parts.leases.release(lease);
    } catch (error) {
      this.parts.logger.warn({ keys: Object.keys(lease.epochs), error: messageOf(error) }, 'lease not given back');
    }
  }
}

function isOver(operation: OperationState): boolean {
  return operation.status === 'succeeded' || operation.status === 'failed';
}

function result(outcome: RunOutcome, operation: OperationState | null): RunResult {
  return { outcome, resources: operation?.resources ?? [], attempt: operation?.attempt ?? 0 };
}
