import type { CommandRecord } from '#domain';
import type { Json } from '#kernel';
import { NodeUnreachableError, type NodeCall } from '#storage-nodes';
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

/** What came of one step, with all that was run for it. */
export interface StepRun {
  readonly commands: readonly CommandRecord[];
  readonly hostKeys: readonly MetHostKey[];
  readonly result:
    | { readonly ok: true; readonly observed: Json }
    | {
        readonly ok: false;
        readonly failure: StepFailure;
        /** Not one command of it reached a node. */
        readonly untouched: boolean;
      };
}

/**
 * Runs the body of a step, again while its node cannot be reached: every step looks before it acts, so a
 * second try is always safe.
 * @throws RunInterrupted; whatever is no node's fault
 */
export async function runStep(
  body: (call: NodeCall, firstTry: boolean) => Promise<Json>,
  stop: StopSignals,
  settings: Pick<RunnerSettings, 'stepTries' | 'stepRetryMs' | 'retryLimitMs'>,
): Promise<StepRun> {
  const commands: CommandRecord[] = [];
  const hostKeys: MetHostKey[] = [];
  const call: NodeCall = {
    signal: stop.now,
    onCommand: (record) => commands.push(record),
    onHostKey: (nodeId, key) => hostKeys.push({ nodeId, key }),
  };
  let untouched = true;
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(stop.now);
    try {
      const observed = await body(call, attempt === 1);
      throwIfAborted(stop.now);
      return { commands, hostKeys, result: { ok: true, observed } };
    } catch (error) {
      throwIfAborted(stop.now);
      const failure = stepFailure(error);
      if (failure === null) throw error;
      untouched &&= neverSent(error) && commands.every((command) => command.exitCode === null);
      if (!isTransient(error) || attempt >= settings.stepTries) {
        return { commands, hostKeys, result: { ok: false, failure, untouched } };
      }
      await pause(backOffMs(attempt + 1, settings.stepRetryMs, settings.retryLimitMs), stop.soon, stop.now);
      throwIfAborted(stop.now);
      if (stop.soon.aborted) throw new RunInterrupted('stopping');
    }
  }
}

function neverSent(error: unknown): boolean {
  return error instanceof NodeUnreachableError && !error.sent;
}
