import { setMaxListeners } from 'node:events';
import type { OperationCommand, OperationState, OutOfReach } from '#domain';
import { DomainError, messageOf, type Clock, type Logger } from '#kernel';
import type { Ledger, Queries } from '#read-model';
import { addressOf, type StorageNodes } from '#storage-nodes';
import { LeaseKeeper } from '../leases/lease-keeper.js';
import { LeaseLostError, type Lease, type Leases } from '../leases/leases.js';
import type { WorkflowRegistry } from '../workflows/registry.js';
import { isGone } from '../workflows/support/node-access.js';
import type { Phase, Step, WorkflowQueries, WorkflowView } from '../workflows/workflow.js';
import { stateLoader } from './load-state.js';
import { NodesInHand } from './nodes-in-hand.js';
import { OperationJournal, type MetHostKey } from './operation-journal.js';
import { OperationRun, startedPhases } from './operation-run.js';
import { RunInterrupted } from './run-interrupted.js';
import type { RunnerSettings } from './settings.js';
import type { RunTerms, StopSignals } from './step-run.js';

export interface RunnerParts {
  readonly ledger: Ledger;
  readonly queries: WorkflowQueries & Pick<Queries, 'operation' | 'state'>;
  readonly nodes: StorageNodes;
  readonly leases: Leases;
  readonly workflows: WorkflowRegistry;
  readonly logger: Logger;
  readonly clock: Clock;
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
  | 'interrupted'
  /** Of a kind that only a later version knows: nothing was touched. */
  | 'foreign';

export interface RunResult {
  readonly outcome: RunOutcome;
  readonly resources: readonly string[];
  readonly attempt: number;
}

/** Carries out operations, one call per job. Everything it needs to know is in the log: any worker can go on anywhere. */
export class OperationRunner {
  readonly #foreignKinds = new Set<string>();

  constructor(private readonly parts: RunnerParts) {}

  /** Takes the operation as far as it gets. Never throws for what happens on nodes. @throws when the database is away */
  async run(operationId: string, stop: StopSignals): Promise<RunResult> {
    const { queries, leases, workflows, settings, worker, logger } = this.parts;
    const operation = await queries.operation(operationId);
    if (operation === null || isOver(operation)) return result('finished', operation);
    if (!workflows.knows(operation.kind)) return this.#leave(operation);
    const claimedAt = performance.now();
    const lease = await leases.claim(operation.resources, worker, settings.leaseTtlMs);
    if (lease === null) return result('busy', operation);
    // One controller a run: whatever listens to it goes with the run, not with the process.
    const now = new AbortController();
    // Every command that is under way listens, and a volume may have many bricks: more than ten are no leak.
    setMaxListeners(0, now.signal);
    const cutOff = (): void => now.abort(new RunInterrupted('stopping'));
    const lost = (): void => now.abort(new RunInterrupted('lease-lost'));
    stop.now.addEventListener('abort', cutOff, { once: true });
    const keeper = new LeaseKeeper(leases, lease, settings.leaseTtlMs, logger, claimedAt, lost);
    const terms: RunTerms = {
      stop: { soon: stop.soon, now: now.signal },
      end: (reason) => now.abort(reason),
      authority: { fence: { epochs: lease.epochs }, assertLive: () => keeper.assertHeld() },
      settings,
    };
    try {
      return await this.#runHolding(lease, operationId, terms);
    } finally {
      keeper.stop();
      stop.now.removeEventListener('abort', cutOff);
      // Also after a stop in mid-step: the next worker takes the nodes over before it does anything to them.
      await this.#release(lease);
    }
  }

  async #runHolding(lease: Lease, operationId: string, terms: RunTerms): Promise<RunResult> {
    const { ledger, queries, nodes, leases, workflows, settings, worker, logger, clock } = this.parts;
    // Whoever had the lease before may have finished the operation since it was read.
    const operation = await queries.operation(operationId);
    if (operation === null || isOver(operation)) return result('finished', operation);
    const journal = new OperationJournal(ledger, leases, lease, worker, logger, operation);
    const attempt = operation.attempt + 1;
    const start = { type: 'StartOperation', worker, attempt, leaseEpochs: lease.epochs } as const;
    try {
      const view: WorkflowView = { queries, load: stateLoader(queries) };
      const workflow = workflows.of(operation.kind);
      const phases = await recordingFailure(journal, start, () => workflow.plan(operation, view));
      const hand = new NodesInHand(nodes, settings.quietMs, clock);
      const follows = workflow.follows === true;
      const hostKeys = await takeOver(hand, operation, unsettled(operation, phases, follows), view, terms);
      journal.defer([withAway(start, hand.outOfReach)], hostKeys);
      logger.info({ operationId, kind: operation.kind, attempt }, 'operation runs');
      const failedRuns = (operation.failedRuns ?? 0) + 1;
      const quietly =
        follows && failedRuns > settings.maxFailedRuns && sameNodes(operation.outOfReach, hand.outOfReach);
      const parts = { workflow, phases, journal, hand, terms, settings, logger, failedRuns, quietly };
      const outcome = await leavingOnRecord(journal, quietly, () => new OperationRun({ ...view, ...parts }).run());
      this.#logEnd(journal.state, hand.troubles);
      return result(outcome, journal.state);
    } catch (error) {
      const fields = { operationId, kind: operation.kind, error: messageOf(error) };
      if (error instanceof RunInterrupted || error instanceof LeaseLostError) {
        logger.info(fields, 'operation left to another worker');
        return result('interrupted', journal.state);
      }
      if (error instanceof DomainError && isOver((await queries.operation(operationId)) ?? operation)) {
        logger.info(fields, 'operation was ended before its first phase');
        return result('finished', journal.state);
      }
      logger.error(fields, 'operation could not be run');
      return result('retry', journal.state);
    }
  }

  /** During an upgrade both versions work. Said once a kind: the operation comes back until a worker that knows it takes it. */
  #leave(operation: OperationState): RunResult {
    const { operationId, kind } = operation;
    if (!this.#foreignKinds.has(kind)) {
      this.parts.logger.warn({ operationId, kind }, 'operations of this kind are left to workers of a later version');
    }
    this.#foreignKinds.add(kind);
    return result('foreign', operation);
  }

  /** Operators find by it what became of a request; the steps, node by node, are in the log of events. */
  #logEnd({ operationId, kind, status, attempt, reason }: OperationState, waitsFor: readonly string[]): void {
    const { logger } = this.parts;
    if (status === 'succeeded') logger.info({ operationId, kind, attempt }, 'operation succeeded');
    else if (status === 'failed') logger.warn({ operationId, kind, attempt, reason }, 'operation failed');
    else logger.info({ operationId, kind, attempt, status, waitsFor }, 'operation to be continued');
  }

  async #release(lease: Lease): Promise<void> {
    try {
      await this.parts.leases.release(lease);
    } catch (error) {
      this.parts.logger.warn({ keys: Object.keys(lease.epochs), error: messageOf(error) }, 'lease not given back');
    }
  }
}

type Start = Extract<OperationCommand, { type: 'StartOperation' }>;

/** An attempt counts also where it gets no further: the pause before the next one grows with it. */
async function recordingFailure<T>(journal: OperationJournal, start: Start, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await journal.record([start]);
    throw error;
  }
}

/** Whatever the end of the run, what it has deferred is written, unless it is of no interest or the lease is lost. */
async function leavingOnRecord<T>(journal: OperationJournal, quietly: boolean, work: () => Promise<T>): Promise<T> {
  try {
    const outcome = await work();
    if (!quietly) await journal.flush();
    return outcome;
  } catch (error) {
    const lost = error instanceof LeaseLostError || (error instanceof RunInterrupted && error.because === 'lease-lost');
    if (!quietly && !lost) await journal.flush();
    throw error;
  }
}

function sameNodes(known: OutOfReach = {}, away: OutOfReach): boolean {
  return Object.keys(known).sort().join() === Object.keys(away).sort().join();
}

/** Steps that somebody may have begun, and nobody has brought to an end: a command of theirs may still be running. */
function unsettled(operation: OperationState, phases: readonly Phase[], follows: boolean): Step[] {
  if (operation.attempt === 0 && !follows) return [];
  const end = operation.status === 'compensating' ? 'undone' : 'succeeded';
  const begun = follows ? phases : startedPhases(operation, phases);
  return begun
    .flatMap((phase) => phase.steps)
    .filter((step) => step.everyRun === true || operation.steps[step.name]?.status !== end);
}

/**
 * Takes every node over that the steps reach.
 * @returns the keys of nodes that were met for the first time
 */
async function takeOver(
  hand: NodesInHand,
  operation: OperationState,
  steps: readonly Step[],
  { load }: WorkflowView,
  terms: RunTerms,
): Promise<MetHostKey[]> {
  const reach = [...new Set(steps.flatMap((step) => step.reach))];
  const nodes = await Promise.all(reach.map((nodeId) => load('node', nodeId)));
  // One that has left meanwhile cannot be asked, and no step can use it either.
  const addresses = nodes.filter((node) => !isGone(node)).map(addressOf);
  return hand.takeOver(addresses, operation.outOfReach ?? {}, terms);
}

function withAway(start: Start, outOfReach: OutOfReach): Start {
  return Object.keys(outOfReach).length === 0 ? start : { ...start, outOfReach };
}

function isOver(operation: OperationState): boolean {
  return operation.status === 'succeeded' || operation.status === 'failed';
}

function result(outcome: RunOutcome, operation: OperationState | null): RunResult {
  return { outcome, resources: operation?.resources ?? [], attempt: operation?.attempt ?? 0 };
}
