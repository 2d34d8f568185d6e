import { cancelReason, type OperationCommand, type OperationKind, type OperationState } from '#domain';
import { DomainError, newId } from '#kernel';
import { acceptCleanup, owe } from '../workflows/support/debt.js';
import type { KeptBricks, Phase, Step, WhenStuck, Workflow } from '../workflows/workflow.js';
import { isDone, PhaseRun, type FailedStep, type PhaseRunParts } from './phase-run.js';
import { RunInterrupted } from './run-interrupted.js';
import { missesPeer, type MissingNode } from './missing-nodes.js';
import { combinedReason, type StepFailure } from './step-failure.js';

export interface OperationRunParts extends PhaseRunParts {
  readonly workflow: Workflow;
  readonly phases: readonly Phase[];
}

/** One worker's share of an operation, from wherever it stands to its end, or to where it has to be handed back. */
export class OperationRun {
  readonly #phaseRun: PhaseRun;

  constructor(private readonly parts: OperationRunParts) {
    this.#phaseRun = new PhaseRun(parts);
  }

  /** @throws RunInterrupted, LeaseLostError; whatever is no node's fault */
  async run(): Promise<'finished' | 'retry'> {
    const { journal, phases } = this.parts;
    if (this.#state.status === 'compensating') return this.#compensate();
    for (const phase of phases) {
      if (this.#isComplete(phase)) continue;
      this.#boundary();
      if (this.#isCancelled) return this.#turnBack();
      const failed = await this.#phaseRun.ensure(phase);
      if (failed.length === 0) continue;
      const reason = await this.#reasonOf(failed.map(({ failure }) => failure));
      if (this.#isPastReturn(phase, failed)) return this.#stuck(phase.pointOfNoReturn, reason);
      // The next run takes the nodes over and then sees what has become of it.
      if (!this.#isLast && failed.every(({ failure }) => failure.unknown)) return 'retry';
      await journal.record([{ type: 'StartCompensation', reason }, ...nothingToUndo(phase, failed)]);
      return this.#compensate();
    }
    if (this.#isCancelled) return this.#turnBack();
    const refusal = await this.#succeed();
    if (refusal === null) return 'finished';
    const past = phases.find((phase) => phase.pointOfNoReturn !== undefined);
    if (past !== undefined) return this.#stuck(past.pointOfNoReturn === 'go-on' ? 'go-on' : 'give-up', refusal);
    await journal.record([{ type: 'StartCompensation', reason: refusal }]);
    return this.#compensate();
  }

  get #isCancelled(): boolean {
    return cancelReason(this.#state) !== null;
  }

  /** Steps that were under way when it was cancelled have ended. Where a phase was to be started the journal says so already. */
  async #turnBack(): Promise<'finished' | 'retry'> {
    const reason = cancelReason(this.#state);
    if (reason !== null && this.#state.status === 'running') {
      await this.parts.journal.record([{ type: 'StartCompensation', reason }]);
    }
    return this.#compensate();
  }

  /** @returns why not, where it was cancelled, or the subject has changed so that it cannot: no other run would find that otherwise */
  async #succeed(): Promise<string | null> {
    const { journal, workflow } = this.parts;
    try {
      await journal.finish(async (tx, operation) => ({
        type: 'SucceedOperation',
        location: await workflow.succeed(operation, tx, nothingKept),
      }));
      return null;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return error.message;
    }
  }

  get #state(): OperationState {
    return this.parts.journal.state;
  }

  /** What the steps say, which nodes are away, and what can be done about it. */
  async #reasonOf(failures: readonly StepFailure[]): Promise<string> {
    const { queries, hand, terms } = this.parts;
    const { kind, clusterId } = this.#state;
    const missing: MissingNode[] = [];
    if (missesPeer(failures)) {
      const members = (await queries.clusterNodes(clusterId)).map(({ node }) => node);
      missing.push(...(await hand.missingAmong(members, terms.stop.now)));
    }
    const lines = [combinedReason(failures), ...missing.map(({ text }) => text)];
    const away = new Set([...failures.flatMap(({ awayId }) => awayId ?? []), ...missing.map(({ nodeId }) => nodeId)]);
    if (placing.includes(kind) && away.size > 0) {
      const disable = [...away].map((nodeId) => `heketi-cli node disable ${nodeId}`).join('; ');
      lines.push(`To place bricks elsewhere meanwhile: ${disable}`);
    }
    return lines.join('\n');
  }

  /** Whether the operation has failed often enough. */
  get #isLast(): boolean {
    return this.parts.failedRuns >= this.parts.settings.maxFailedRuns;
  }

  #isComplete(phase: Phase): boolean {
    return phase.steps.every((step) => isDone(step, this.#state));
  }

  #boundary(): void {
    if (this.parts.terms.stop.soon.aborted) throw new RunInterrupted('stopping');
  }

  /** From the first phase that cannot be undone on, unless that phase has found that it has done nothing yet. */
  #isPastReturn(phase: Phase, failed: readonly FailedStep[]): boolean {
    const { phases } = this.parts;
    const last = phases.findIndex((candidate) => candidate.pointOfNoReturn !== undefined);
    const index = phases.indexOf(phase);
    if (last === -1 || index < last) return false;
    if (index > last) return true;
    return failed.length < phase.steps.length || failed.some(({ failure }) => !failure.refused);
  }

  /** Where steps past the point of no return have failed. */
  async #stuck(then: WhenStuck = 'give-up', reason: string): Promise<'finished' | 'retry'> {
    if (then === 'go-on' || (then !== 'owe-at-once' && !this.#isLast)) return 'retry';
    await (then === 'give-up' ? this.#fail(reason) : this.#handOver('finish', reason));
    return 'finished';
  }

  /**
   * Newest phase first: a volume has to go before its bricks. Only phases that were started can have left anything. What this
   * run has sent and not seen the end of is for the next run, whose right is higher, to find or to end.
   */
  async #compensate(): Promise<'finished' | 'retry'> {
    const { hand, phases } = this.parts;
    if (hand.inDoubt) return 'retry';
    const reason = this.#state.reason ?? '';
    for (const phase of startedPhases(this.#state, phases).reverse()) {
      this.#boundary();
      if (await this.#phaseRun.undo(phase)) continue;
      if (!this.#isLast) return 'retry';
      await this.#handOver('undo', reason);
      return 'finished';
    }
    await this.#fail(reason);
    return 'finished';
  }

  async #fail(reason: string): Promise<void> {
    await this.parts.journal.finish(async (tx, operation) => {
      await this.parts.workflow.fail(operation, reason, tx, nothingKept);
      return { type: 'FailOperation', reason };
    });
  }

  /** The operation ends, and in the same transaction another one begins that does what is left of it. */
  async #handOver(way: 'undo' | 'finish', reason: string): Promise<void> {
    const { journal, workflow, phases } = this.parts;
    await journal.finish(async (tx, operation) => {
      const { state: subject } = await tx.load(operation.subjectKind, operation.subjectId);
      const debt = owe(operation, way, leftOver(way, operation, phases), subject);
      const cleanupId = newId();
      const kept = new Set(debt.bricks.map((brick) => brick.brickId));
      const handed = { debt: { cleanupId, steps: debt.steps } };
      let end: OperationCommand;
      if (way === 'finish') {
        end = { type: 'SucceedOperation', location: await workflow.succeed(operation, tx, kept), ...handed };
      } else {
        const told = `${reason}\nWhat is left on the nodes is removed when they let it (operation ${cleanupId})`;
        await workflow.fail(operation, told, tx, kept);
        end = { type: 'FailOperation', reason: told, ...handed };
      }
      await tx.append([acceptCleanup(cleanupId, operation, debt)]);
      return end;
    });
  }
}

/** Those that place bricks can do without a node that is away: what is left on it is removed when it is back. */
const placing: readonly OperationKind[] = ['volume-create', 'volume-expand'];

const nothingKept: KeptBricks = new Set();

/** What a cleanup has to undo (only phases that were started can have left anything), or to finish. */
function leftOver(way: 'undo' | 'finish', operation: OperationState, phases: readonly Phase[]): Step[] {
  const all = way === 'undo' ? startedPhases(operation, phases) : phases;
  const done = way === 'undo' ? 'undone' : 'succeeded';
  return all.flatMap((phase) => phase.steps).filter((step) => operation.steps[step.name]?.status !== done);
}

/** In the order in which they were started. @throws Error where this version does not know one of them */
export function startedPhases({ phases }: OperationState, planned: readonly Phase[]): Phase[] {
  return phases.map((name) => {
    const phase = planned.find((candidate) => candidate.name === name);
    if (phase === undefined) throw new Error(`phase ${name} was started by another version and is not known here`);
    return phase;
  });
}

/** A step that never reached its node in the first attempt ever has left nothing: no need to wait for the node. */
function nothingToUndo(phase: Phase, failed: readonly FailedStep[]): OperationCommand[] {
  return failed
    .filter(({ untouched }) => untouched)
    .map(({ step }) => ({ type: 'RecordStepUndone', phase: phase.name, step: step.name, commands: [] }));
}
