import type { OperationCommand, OperationState } from '#domain';
import { DomainError } from '#kernel';
import type { Phase, Workflow } from '../workflows/workflow.js';
import { PhaseRun, type FailedStep, type PhaseRunParts } from './phase-run.js';
import { RunInterrupted } from './run-interrupted.js';
import { combinedReason } from './step-failure.js';

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
      const failed = await this.#phaseRun.ensure(phase);
      if (failed.length === 0) continue;
      const reason = combinedReason(failed.map(({ failure }) => failure));
      if (this.#isPastReturn(phase, failed)) return this.#forwardFailed(reason);
      // The next run takes the nodes over and then sees what has become of it.
      if (!this.#isLast && failed.every(({ failure }) => failure.unknown)) return 'retry';
      await journal.record([{ type: 'StartCompensation', reason }, ...nothingToUndo(phase, failed)]);
      return this.#compensate();
    }
    const refusal = await this.#succeed();
    if (refusal === null) return 'finished';
    if (phases.some((phase) => phase.pointOfNoReturn === true)) return this.#forwardFailed(refusal);
    await journal.record([{ type: 'StartCompensation', reason: refusal }]);
    return this.#compensate();
  }

  /** @returns why not, where the subject has changed so that it cannot: no other run would find that otherwise */
  async #succeed(): Promise<string | null> {
    const { journal, workflow } = this.parts;
    try {
      await journal.finish(async (tx, operation) => ({
        type: 'SucceedOperation',
        location: await workflow.succeed(operation, tx),
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

  /** Whether the operation has failed often enough. */
  get #isLast(): boolean {
    return this.parts.failedRuns >= this.parts.settings.maxFailedRuns;
  }

  #isComplete(phase: Phase): boolean {
    return phase.steps.every((step) => this.#state.steps[step.name]?.status === 'succeeded');
  }

  #boundary(): void {
    if (this.parts.terms.stop.soon.aborted) throw new RunInterrupted('stopping');
  }

  /** From the first phase that cannot be undone on, unless that phase has found that it has done nothing yet. */
  #isPastReturn(phase: Phase, failed: readonly FailedStep[]): boolean {
    const { phases } = this.parts;
    const last = phases.findIndex((candidate) => candidate.pointOfNoReturn === true);
    const index = phases.indexOf(phase);
    if (last === -1 || index < last) return false;
    if (index > last) return true;
    return failed.length < phase.steps.length || failed.some(({ failure }) => !failure.refused);
  }

  async #forwardFailed(reason: string): Promise<'finished' | 'retry'> {
    if (!this.#isLast) return 'retry';
    await this.#fail(reason);
    return 'finished';
  }

  /**
   * Newest phase first: a volume has to go before its bricks. Only phases that were started can have left anything. What this
   * run has sent and not seen the end of is for the next run, whose right is higher, to find or to end.
   */
  async #compensate(): Promise<'finished' | 'retry'> {
    if (this.parts.hand.inDoubt) return 'retry';
    for (const phase of startedPhases(this.#state, this.parts.phases).reverse()) {
      this.#boundary();
      if (!(await this.#phaseRun.undo(phase))) return 'retry';
    }
    await this.#fail(this.#state.reason ?? '');
    return 'finished';
  }

  async #fail(reason: string): Promise<void> {
    await this.parts.journal.finish(async (tx, operation) => {
      await this.parts.workflow.fail(operation, reason, tx);
      return { type: 'FailOperation', reason };
    });
  }
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
