import { type Decider, DomainError, type Json } from '#kernel';
import { alreadyExists, notFound } from '../refusals.js';
import { cancelReason, requestCancel } from './cancel.js';
import type { CancelRequest, CommandRecord, OperationDescription, OperationEvent, OutOfReach } from './events.js';
import { evolveOperation } from './evolve.js';
import { noOperation, type OperationState } from './state.js';

interface StepReport {
  readonly phase: string;
  readonly step: string;
  readonly commands: readonly CommandRecord[];
}

interface FailureReport extends StepReport {
  readonly reason: string;
  /** Where the run ends by this failure: which one of such runs it is. */
  readonly failedRuns?: number;
}

export type OperationCommand =
  | { readonly type: 'AcceptOperation'; readonly operation: OperationDescription }
  | {
      readonly type: 'StartOperation';
      readonly worker: string;
      readonly attempt: number;
      readonly leaseEpochs: Readonly<Record<string, number>>;
      readonly outOfReach?: OutOfReach;
    }
  | { readonly type: 'StartPhase'; readonly phase: string; readonly steps: readonly string[] }
  | ({ readonly type: 'RecordStepSuccess'; readonly observed: Json } & StepReport)
  | ({ readonly type: 'RecordStepFailure' } & FailureReport)
  | ({ readonly type: 'RequestCancel' } & CancelRequest)
  | { readonly type: 'StartCompensation'; readonly reason: string }
  | ({ readonly type: 'RecordStepUndone' } & StepReport)
  | ({ readonly type: 'RecordStepUndoFailure' } & FailureReport)
  | { readonly type: 'SucceedOperation'; readonly location: string | null; readonly debt?: Debt }
  | { readonly type: 'FailOperation'; readonly reason: string; readonly debt?: Debt };

/** What is handed over to a cleanup. */
interface Debt {
  readonly cleanupId: string;
  /** Names of the steps that the cleanup has to finish or to undo. */
  readonly steps: readonly string[];
}

type Status = OperationState['status'];

function decide(command: OperationCommand, state: OperationState): readonly OperationEvent[] {
  switch (command.type) {
    case 'AcceptOperation':
      if (state.status !== 'none') throw alreadyExists();
      return [{ type: 'OperationAccepted', data: command.operation }];
    case 'StartOperation': {
      requireStatus(state, ['accepted', 'running', 'compensating']);
      const { worker, attempt, leaseEpochs, outOfReach } = command;
      const known = { worker, attempt, leaseEpochs };
      return [{ type: 'OperationStarted', data: outOfReach === undefined ? known : { ...known, outOfReach } }];
    }
    case 'StartPhase': {
      requireStatus(state, ['running']);
      // One winner: a cancel that came first turns the operation round in place of the phase.
      const cancelled = cancelReason(state);
      if (cancelled !== null) return [{ type: 'CompensationStarted', data: { reason: cancelled } }];
      return [{ type: 'PhaseStarted', data: { phase: command.phase, steps: command.steps } }];
    }
    case 'RecordStepSuccess':
      requireStep(state, command, ['running']);
      return [{ type: 'StepSucceeded', data: { ...reported(command), observed: command.observed } }];
    case 'RecordStepFailure':
      requireStep(state, command, ['running']);
      return [{ type: 'StepFailed', data: failure(command) }];
    case 'RequestCancel':
      return requestCancel(command, state);
    case 'StartCompensation':
      requireStatus(state, ['accepted', 'running']);
      return [{ type: 'CompensationStarted', data: { reason: command.reason } }];
    case 'RecordStepUndone':
      requireStep(state, command, ['compensating']);
      return [{ type: 'StepUndone', data: reported(command) }];
    case 'RecordStepUndoFailure':
      requireStep(state, command, ['compensating']);
      return [{ type: 'StepUndoFailed', data: failure(command) }];
    case 'SucceedOperation':
      requireAllDone(state, command.debt?.steps ?? []);
      return [{ type: 'OperationSucceeded', data: { location: command.location, ...handedOver(command.debt) } }];
    case 'FailOperation':
      requireStatus(state, ['accepted', 'running', 'compensating']);
      return [{ type: 'OperationFailed', data: { reason: command.reason, ...handedOver(command.debt) } }];
  }
}

function reported({ phase, step, commands }: StepReport): StepReport {
  return { phase, step, commands };
}

function failure({ reason, failedRuns, ...report }: FailureReport): FailureReport {
  return { ...reported(report), reason, ...(failedRuns === undefined ? {} : { failedRuns }) };
}

function requireStatus(state: OperationState, allowed: readonly Status[]): void {
  if (state.status === 'none') throw notFound();
  if (!allowed.includes(state.status)) {
    throw new DomainError('conflict', `Operation ${state.operationId} is ${state.status}`);
  }
}

/** Only a step whose phase was started can have done anything: anything else is a fault of the worker. */
function requireStep(state: OperationState, { phase, step }: StepReport, allowed: readonly Status[]): void {
  requireStatus(state, allowed);
  if (!Object.hasOwn(state.steps, step) || !state.phases.includes(phase)) {
    throw new Error(`step ${step} of phase ${phase} was never started in operation ${state.operationId}`);
  }
}

function handedOver(debt: Debt | undefined): { readonly cleanupId?: string } {
  return debt === undefined ? {} : { cleanupId: debt.cleanupId };
}

/**
 * Success is claimed only when every step that was started has succeeded, or somebody else sees to it that it does, and nobody
 * has cancelled the operation in time.
 */
function requireAllDone(state: OperationState, owed: readonly string[]): void {
  requireStatus(state, ['running']);
  const cancelled = cancelReason(state);
  if (cancelled !== null) throw new DomainError('conflict', cancelled);
  const open = Object.entries(state.steps).filter(
    ([name, { status }]) => status !== 'succeeded' && !owed.includes(name),
  );
  if (open.length === 0) return;
  const names = open.map(([name, step]) => `${name} (${step.status})`).join(', ');
  throw new DomainError('conflict', `Operation ${state.operationId} has unfinished steps: ${names}`);
}

export const operationDecider: Decider<OperationState, OperationCommand, OperationEvent> = {
  initial: noOperation,
  decide,
  evolve: evolveOperation,
};
