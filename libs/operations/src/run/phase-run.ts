import { cancelReason, type OperationCommand, type OperationState } from '#domain';
import { messageOf, type Json, type Logger } from '#kernel';
import type { NodeCall } from '#storage-nodes';
import type { LoadState, Phase, Step, StepContext, WorkflowQueries } from '../workflows/workflow.js';
import { inParallel } from './in-parallel.js';
import type { NodesInHand } from './nodes-in-hand.js';
import type { OperationJournal } from './operation-journal.js';
import { RunInterrupted } from './run-interrupted.js';
import type { RunnerSettings } from './settings.js';
import { internalFailure, type StepFailure } from './step-failure.js';
import { runStep, StepTrace, type RunTerms, type StepResult } from './step-run.js';

export interface PhaseRunParts {
  readonly journal: OperationJournal;
  readonly hand: NodesInHand;
  readonly queries: WorkflowQueries;
  readonly load: LoadState;
  readonly terms: RunTerms;
  readonly settings: RunnerSettings;
  readonly logger: Logger;
  /** Which run that fails this one is, should it fail. */
  readonly failedRuns: number;
  /** Nothing is put on record but what is achieved: of an operation that has failed many times, for the same reason. */
  readonly quietly: boolean;
}

export interface FailedStep {
  readonly step: Step;
  readonly failure: StepFailure;
  /** In the first attempt of its phase, and without one command of it reaching a node. */
  readonly untouched: boolean;
}

type Report = (reason: string, failedRuns?: number) => OperationCommand;

/** Runs the steps of a phase, there or back, and puts on record what came of each. */
export class PhaseRun {
  constructor(private readonly parts: PhaseRunParts) {}

  /** @returns the steps that have failed; of an operation that was cancelled before none is begun */
  async ensure(phase: Phase): Promise<FailedStep[]> {
    const { journal, terms } = this.parts;
    const fresh = !this.#state.phases.includes(phase.name);
    if (fresh) {
      const steps = phase.steps.map((step) => step.name);
      await journal.record([{ type: 'StartPhase', phase: phase.name, steps }]);
    } else {
      await this.#begin();
    }
    if (cancelReason(this.#state) !== null) return [];
    const todo = phase.steps.filter((step) => !isDone(step, this.#state));
    const open = new Set(todo);
    const results = await inParallel(todo, (step) => this.#ensure(phase, step, fresh, open), terms.end);
    return results.filter((result) => result !== null);
  }

  /** @returns whether everything of the phase is undone */
  async undo(phase: Phase): Promise<boolean> {
    await this.#begin();
    const todo = phase.steps.filter((step) => this.#state.steps[step.name]?.status !== 'undone');
    const undone = await inParallel(todo, (step) => this.#undo(phase, step), this.parts.terms.end);
    return !undone.includes(false);
  }

  get #state(): OperationState {
    return this.parts.journal.state;
  }

  /** What is deferred (the start of the run) is on record before any command is sent. */
  async #begin(): Promise<void> {
    if (!this.parts.quietly) await this.parts.journal.flush();
  }

  /** @param open the steps of the phase that have not succeeded yet */
  async #ensure(phase: Phase, step: Step, fresh: boolean, open: Set<Step>): Promise<FailedStep | null> {
    const { journal, hand, failedRuns, quietly } = this.parts;
    const trace = new StepTrace();
    const about = { phase: phase.name, step: step.name, commands: trace.commands };
    const failed: Report = (reason, runs) => ({ type: 'RecordStepFailure', ...about, reason, ...counted(runs) });
    const result = await this.#try(trace, failed, async (call, first) => {
      if (step.quietFirst === true) hand.requireQuiet(step.reach);
      return step.ensure(this.#context(step, call, fresh && first));
    });
    if (result.ok) {
      open.delete(step);
      if (quietly && isKnown(step, result.observed, this.#state)) return null;
      const success: OperationCommand = { type: 'RecordStepSuccess', ...about, observed: result.observed };
      // The last one goes with the start of the next phase, or with the end. Lost with its worker, the step is done once more.
      if (open.size === 0 && !quietly) journal.defer([success], trace.hostKeys);
      else await journal.record([success], trace.hostKeys);
      return null;
    }
    const { failure, untouched } = result;
    const command = failed(failure.reason, failedRuns);
    if (quietly) journal.defer([command], trace.hostKeys);
    else await journal.record([command], trace.hostKeys);
    return { step, failure, untouched: untouched && fresh };
  }

  async #undo(phase: Phase, step: Step): Promise<boolean> {
    const { journal, hand, failedRuns } = this.parts;
    const trace = new StepTrace();
    const about = { phase: phase.name, step: step.name, commands: trace.commands };
    const failed: Report = (reason, runs) => ({ type: 'RecordStepUndoFailure', ...about, reason, ...counted(runs) });
    const result = await this.#try(trace, failed, async (call) => {
      hand.requireQuiet(step.reach);
      await step.undo(this.#context(step, call, false));
      return null;
    });
    const command: OperationCommand = result.ok
      ? { type: 'RecordStepUndone', ...about }
      : failed(result.failure.reason, failedRuns);
    await journal.record([command], trace.hostKeys);
    return result.ok;
  }

  #context({ reach }: Step, call: NodeCall, fresh: boolean): StepContext {
    const { hand, queries, load } = this.parts;
    const requireQuiet = (): void => hand.requireQuiet(reach);
    return { operation: this.#state, nodes: hand.nodes, queries, load, call, fresh, late: false, requireQuiet };
  }

  /** A fault of ours is given several runs to pass (the database may be away); after them it is the step's failure. */
  async #try(
    trace: StepTrace,
    failed: Report,
    body: (call: NodeCall, first: boolean) => Promise<Json>,
  ): Promise<StepResult> {
    const { terms, settings, logger, failedRuns } = this.parts;
    const { operationId } = this.#state;
    try {
      return await runStep(body, terms, trace);
    } catch (error) {
      if (error instanceof RunInterrupted) {
        const cutOff = error.because === 'stopping' && trace.commands.length > 0;
        if (cutOff) await this.#noteIfPossible(failed('cut off: its run was ended'), trace);
        throw error;
      }
      const failure = internalFailure(messageOf(error));
      logger.error({ operationId, error: messageOf(error) }, 'step failed for a fault of ours');
      if (failedRuns >= settings.maxFailedRuns) return { ok: false, failure, untouched: false };
      await this.#noteIfPossible(failed(failure.reason, failedRuns), trace);
      throw error;
    }
  }

  /** Of a run that ends in any case: where the database is away, or the lease lost, it goes unrecorded. */
  async #noteIfPossible(command: OperationCommand, { hostKeys }: StepTrace): Promise<void> {
    const { journal, logger } = this.parts;
    try {
      await journal.record([command], hostKeys);
    } catch (error) {
      logger.warn({ operationId: this.#state.operationId, error: messageOf(error) }, 'end of a step not recorded');
    }
  }
}

/** Whether this run has nothing more to do for the step. */
export function isDone(step: Step, { steps }: OperationState): boolean {
  return step.everyRun !== true && steps[step.name]?.status === 'succeeded';
}

function isKnown({ name }: Step, observed: Json, { steps }: OperationState): boolean {
  const known = steps[name];
  return known?.status === 'succeeded' && JSON.stringify(known.observed) === JSON.stringify(observed);
}

function counted(failedRuns: number | undefined): { failedRuns?: number } {
  return failedRuns === undefined ? {} : { failedRuns };
}
