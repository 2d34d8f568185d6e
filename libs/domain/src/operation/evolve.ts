import type { OperationDescription, OperationEvent } from './events.js';
import type { OperationState, StepState } from './state.js';

/** Folds one event of an operation into its state. */
export function evolveOperation(state: OperationState, event: OperationEvent): OperationState {
  switch (event.type) {
    case 'OperationAccepted':
      return { ...state, ...described(event.data), status: 'accepted' };
    case 'OperationStarted':
      return started(state, event.data);
    case 'PhaseStarted':
      return phaseStarted(state, event.data.phase, event.data.steps);
    case 'StepSucceeded':
      return withStep(state, event.data.step, {
        phase: event.data.phase,
        status: 'succeeded',
        observed: event.data.observed,
      });
    case 'StepFailed':
      return counted(
        withStep(state, event.data.step, {
          phase: event.data.phase,
          status: 'failed',
          observed: state.steps[event.data.step]?.observed ?? null,
        }),
        event.data,
      );
    case 'OperationCancelRequested':
      // Nothing takes it away again: a worker of the version before this one, which does not know it, keeps it as it is too.
      return { ...state, cancelRequested: event.data };
    case 'CompensationStarted':
      return { ...state, status: 'compensating', reason: event.data.reason };
    case 'StepUndone':
      return withStep(state, event.data.step, {
        phase: event.data.phase,
        status: 'undone',
        observed: state.steps[event.data.step]?.observed ?? null,
      });
    case 'StepUndoFailed':
      // The step still has to be undone: it stays what it was.
      return counted(state, event.data);
    case 'OperationSucceeded':
      return { ...ended(state, event.data), status: 'succeeded', location: event.data.location };
    case 'OperationFailed':
      return refused({ ...ended(state, event.data), status: 'failed', reason: event.data.reason }, event.data);
  }
}

function described(data: OperationDescription): OperationDescription {
  const { operationId, kind, subjectKind, subjectId, clusterId, requestedBy, resources, payload, requestDigest } = data;
  const always = { operationId, kind, subjectKind, subjectId, clusterId, requestedBy, resources, payload };
  return requestDigest === undefined ? always : { ...always, requestDigest };
}

type Started = Extract<OperationEvent, { type: 'OperationStarted' }>['data'];

function started(state: OperationState, { worker, attempt, outOfReach }: Started): OperationState {
  // A worker that takes over in the middle of an undo goes on undoing.
  const status = state.status === 'compensating' ? 'compensating' : 'running';
  const next: OperationState = { ...state, status, worker, attempt };
  if (outOfReach !== undefined) return { ...next, outOfReach };
  return state.outOfReach === undefined ? next : { ...next, outOfReach: {} };
}

/** A phase may be started again by a later attempt: what its steps have achieved is kept. */
function phaseStarted(state: OperationState, phase: string, steps: readonly string[]): OperationState {
  const begun: Record<string, StepState> = {};
  for (const step of steps) {
    const known = state.steps[step];
    begun[step] = known?.status === 'succeeded' ? known : { phase, status: 'started', observed: null };
  }
  return {
    ...state,
    phases: state.phases.includes(phase) ? state.phases : [...state.phases, phase],
    steps: { ...state.steps, ...begun },
  };
}

function ended(state: OperationState, { cleanupId }: { readonly cleanupId?: string }): OperationState {
  return cleanupId === undefined ? state : { ...state, cleanupId };
}

function refused(state: OperationState, { reasons }: Pick<OperationState, 'reasons'>): OperationState {
  return reasons === undefined ? state : { ...state, reasons };
}

function counted(state: OperationState, { failedRuns }: { readonly failedRuns?: number }): OperationState {
  return failedRuns === undefined ? state : { ...state, failedRuns };
}

function withStep(state: OperationState, step: string, next: StepState): OperationState {
  return { ...state, steps: { ...state.steps, [step]: next } };
}
