import type { CommandRecord } from '#domain';
import type { Json } from '#kernel';
import { FencedError, NodeUnreachableError, type NodeCall } from '#storage-nodes';
import type { MetHostKey } from './operation-journal.js';
import { pause } from './pause.js';
import { RunInterrupted, throwIfAborted } from './run-interrupted.js';
import { backOffMs, type RunnerSettings } from './settings.js';
import { isTransient, stepFailure, type StepFailure } from './step-failure.js';

/** Tells a run to end. */
export interface StopSignals {
  /** At the next boundary of a step. */
  readonly soon: AbortSignal;
  /** Now: the lease is lost or the process ends. */
  readonly now: AbortSignal;
}

/** What every call of a run has in common: the right to act, and when it ends. */
export interface RunTerms {
  readonly stop: StopSignals;
  /** Ends the run at once: what still runs for it must not outlive it. */
  readonly end: (reason: RunInterrupted) => void;
  readonly authority: Required<Pick<NodeCall, 'fence' | 'assertLive'>>;
  readonly settings: Pick<RunnerSettings, 'stepTries' | 'stepRetryMs' | 'retryLimitMs'>;
}

/** What is to be recorded of a step, however it ends. */
export class StepTrace {
  readonly commands: CommandRecord[] = [];
  readonly hostKeys: MetHostKey[] = [];
}

/** What came of one step. */
export type StepResult =
  | { readonly ok: true; readonly observed: Json }
  | {
      readonly ok: false;
      readonly failure: StepFailure;
      /** Not one command of it reached a node. */
      readonly untouched: boolean;
    };

/**
 * Runs the body of a step, again while its node cannot be reached. A command that was sent and whose end is not known is not
 * repeated: it may still be running.
 * @param trace gets what is run, also where this throws
 * @throws RunInterrupted; whatever is no node's fault
 */
export async function runStep(
  body: (call: NodeCall, firstTry: boolean) => Promise<Json>,
  { stop, authority, settings }: RunTerms,
  trace: StepTrace,
): Promise<StepResult> {
  const call: NodeCall = {
    ...authority,
    signal: stop.now,
    onCommand: (record) => trace.commands.push(record),
    onHostKey: (nodeId, key) => trace.hostKeys.push({ nodeId, key }),
  };
  let untouched = true;
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(stop.now);
    try {
      const observed = await body(call, attempt === 1);
      throwIfAborted(stop.now);
      return { ok: true, observed };
    } catch (error) {
      throwIfAborted(stop.now);
      if (error instanceof FencedError) throw new RunInterrupted('lease-lost', error.message);
      const failure = stepFailure(error);
      if (failure === null) throw error;
      untouched &&= neverSent(error) && trace.commands.every((command) => command.exitCode === null);
      if (!isTransient(error) || attempt >= settings.stepTries) return { ok: false, failure, untouched };
      await pause(backOffMs(attempt + 1, settings.stepRetryMs, settings.retryLimitMs), stop.soon, stop.now);
      throwIfAborted(stop.now);
      if (stop.soon.aborted) throw new RunInterrupted('stopping');
    }
  }
}

function neverSent(error: unknown): boolean {
  return error instanceof NodeUnreachableError && !error.sent;
}
