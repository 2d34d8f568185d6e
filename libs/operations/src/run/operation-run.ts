import type { OperationCommand, OperationState } from '#domain';
import { DomainError, messageOf, type Json, type Logger } from '#kernel';
import type { NodeCall, StorageNodes } from '#storage-nodes';
import type { LoadState, Phase, Step, StepContext, Workflow, WorkflowQueries } from '../workflows/workflow.js';
import type { OperationJournal } from './operation-journal.js';
import { RunInterrupted } from './run-interrupted.js';
import type { RunnerSettings } from './settings.js';
import { combinedReason, type StepFailure } from './step-failure.js';
import { runStep, type StepRun, type StopSignals } from './step-run.js';

export interface OperationRunParts {
  readonly workflow: Workflow;
  readonly phases: readonly Phase[];
  readonly journal: OperationJournal;
  readonly nodes: StorageNodes;
  readonly queries: WorkflowQueries;
  readonly load: LoadState;
  /** Ends the run at the next boundary of a step. */
  readonly soon: AbortSignal;
  /** Ends the run at once; fired by the run itself when a step fails for a reason of ours: its siblings must not outlive it. */
  readonly now: AbortController;
  readonly settings: RunnerSettings;
  readonly logger: Logger;
}

interface FailedStep {
  readonly step: Step;
  readonly failure: StepFailure;
  readonly untouched: boolean;
}

/** One worker's share of an operation, from wherever it stands to its end, or to where it has to be handed back. */
export class OperationRun {
  readonly #stop: StopSignals;

  constructor(private readonly parts: OperationRunParts) {
    this.#stop = { soon: parts.soon, now: parts.now.signal };
  }

  /** @throws RunInterrupted, LeaseLostError; whatever is no node's fault */
  async run(): Promise<'finished' | 'retry'> {
    if (this.#state.status === 'compensating') return this.#compensate();
    for (const phase of this.parts.phases) {
      if (this.#isComplete(phase)) continue;
      this.#boundary();
      const failed = await this.#runPhase(phase);
      if (failed.length === 0) continue;
      const reason = combinedReason(failed.map(({ failure }) => failure));
      if (this.#isPastReturn(phase, failed)) return this.#forwardFailed(reason);
      await this.parts.journal.record([{ type: 'StartCompensation', reason }, ...nothingToUndo(phase, failed)]);
      return this.#compensate();
    }
    const refusal = await this.#succeed();
    if (refusal === null) return 'finished';
    if (this.parts.phases.some((phase) => phase.pointOfNoReturn === true)) return this.#forwardFailed(refusal);
    await this.parts.journal.record([{ type: 'StartCompensation', reason: refusal }]);
    return this.#compensate();
  }

  /** @returns why not, where the subject has changed so that it cannot: no other run would find that otherwise */
  async #succeed(): Promise<string | null> {
    try {
      await this.parts.journal.finish(async (tx, operation) => ({
        type: 'SucceedOperation',
        location: await this.parts.workflow.succeed(operation, tx),
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

  #isComplete(phase: Phase): boolean {
    return phase.steps.every((step) => this.#state.steps[step.name]?.status === 'succeeded');
  }

  #boundary(): void {
    if (this.#stop.soon.aborted) throw new RunInterrupted('stopping');
  }

  async #runPhase(phase: Phase): Promise<FailedStep[]> {
    const { journal } = this.parts;
    const fresh = !this.#state.phases.includes(phase.name);
    if (fresh) {
      const steps = phase.steps.map((step) => step.name);
      await journal.record([{ type: 'StartPhase', phase: phase.name, steps }]);
    }
    const todo = phase.steps.filter((step) => this.#state.steps[step.name]?.status !== 'succeeded');
    const results = await this.#inParallel(todo, (step) => this.#ensure(phase, step, fresh));
    return results.filter((result) => result !== null);
  }

  async #ensure(phase: Phase, step: Step, fresh: boolean): Promise<FailedStep | null> {
    const { commands, hostKeys, result } = await this.#try((call, first) =>
      step.ensure(this.#context(call, fresh && first)),
    );
    const report = { phase: phase.name, step: step.name, commands };
    if (result.ok) {
      const success: OperationCommand = { type: 'RecordStepSuccess', ...report, observed: result.observed };
      await this.parts.journal.record([success], hostKeys);
      return null;
    }
    const { failure, untouched } = result;
    await this.parts.journal.record([{ type: 'RecordStepFailure', ...report, reason: failure.reason }], hostKeys);
    return { step, failure, untouched: untouched && fresh };
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
    if (this.#state.attempt < this.parts.settings.maxForwardAttempts) return 'retry';
    await this.#fail(reason);
    return 'finished';
  }

  /** Newest phase first: a volume has to go before its bricks. Only phases that were started can have left anything. */
  async #compensate(): Promise<'finished' | 'retry'> {
    for (const phase of this.#startedPhases().reverse()) {
      const todo = phase.steps.filter((step) => this.#state.steps[step.name]?.status !== 'undone');
      if (todo.length === 0) continue;
      this.#boundary();
      const undone = await this.#inParallel(todo, (step) => this.#undo(phase, step));
      if (undone.includes(false)) return 'retry';
    }
    await this.#fail(this.#state.reason ?? '');
    return 'finished';
  }

  #startedPhases(): Phase[] {
    return this.#state.phases.map((name) => {
      const phase = this.parts.phases.find((candidate) => candidate.name === name);
      if (phase === undefined) throw new Error(`phase ${name} was started by another version and is not known here`);
      return phase;
    });
  }

  async #undo(phase: Phase, step: Step): Promise<boolean> {
    const { commands, hostKeys, result } = await this.#try(async (call) => {
      await step.undo(this.#context(call, false));
      return null;
    });
    const report = { phase: phase.name, step: step.name, commands };
    const command: OperationCommand = result.ok
      ? { type: 'RecordStepUndone', ...report }
      : { type: 'RecordStepUndoFailure', ...report, reason: result.failure.reason };
    await this.parts.journal.record([command], hostKeys);
    return result.ok;
  }

  async #fail(reason: string): Promise<void> {
    await this.parts.journal.finish(async (tx, operation) => {
      await this.parts.workflow.fail(operation, reason, tx);
      return { type: 'FailOperation', reason };
    });
  }

  #context(call: NodeCall, fresh: boolean): StepContext {
    const { nodes, queries, load } = this.parts;
    return { operation: this.#state, nodes, queries, load, call, fresh };
  }

  /** A fault of ours is given several runs to pass (the database may be away); after them it is the step's failure. */
  async #try(body: (call: NodeCall, first: boolean) => Promise<Json>): Promise<StepRun> {
    const { settings, logger } = this.parts;
    try {
      return await runStep(body, this.#stop, settings);
    } catch (error) {
      if (error instanceof RunInterrupted || this.#state.attempt < settings.maxForwardAttempts) throw error;
      const reason = `internal error: ${messageOf(error)}`;
      logger.error(
        { operationId: this.#state.operationId, error: messageOf(error) },
        'step failed for a fault of ours',
      );
      const failure: StepFailure = { node: null, reason, refused: false };
      return { commands: [], hostKeys: [], result: { ok: false, failure, untouched: false } };
    }
  }

  /** Waits for all, whatever becomes of one; then throws the first error. */
  async #inParallel<T>(steps: readonly Step[], work: (step: Step) => Promise<T>): Promise<T[]> {
    const errors: unknown[] = [];
    const results = await Promise.all(
      steps.map(async (step) => {
        try {
          return [await work(step)];
        } catch (error) {
          errors.push(error);
          // A step that stops at its boundary leaves its siblings to theirs; anything else ends them all.
          if (!(error instanceof RunInterrupted)) this.parts.now.abort(new RunInterrupted('stopping'));
          return [];
        }
      }),
    );
    if (errors.length > 0) throw errors[0];
    return results.flat(1);
  }
}

/** A step that never reached its node in the first attempt ever has left nothing: no need to wait for the node. */
function nothingToUndo(phase: Phase, failed: readonly FailedStep[]): OperationCommand[] {
  return failed
    .filter(({ untouched }) => untouched)
    .map(({ step }) => ({ type: 'RecordStepUndone', phase: phase.name, step: step.name, commands: [] }));
}
