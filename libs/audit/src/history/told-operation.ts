import { evolveOperation, noOperation, type EventOf, type OperationState } from '#domain';
import type { RecordedEvent } from '#event-store';
import { fold, type Json } from '#kernel';
import type { ToldOperation, ToldStep } from './history-entry.js';

type OperationEvent = EventOf<'operation'>;
export type RecordedOperationEvent = RecordedEvent<OperationEvent>;

/** The events of one operation's stream as one story; null where there are none. */
export function toldOperation(
  events: readonly RecordedOperationEvent[],
  isShown: (step: ToldStep) => boolean = () => true,
): ToldOperation | null {
  const [first] = events;
  if (first === undefined) return null;
  const state = fold(
    evolveOperation,
    noOperation,
    events.map(({ event }) => event),
  );
  const { operationId, kind, subjectKind, subjectId, status, reason, cleanupId = null } = state;
  return {
    operationId,
    kind,
    subject: { kind: subjectKind, id: subjectId },
    status,
    reason,
    acceptedAt: timeOf(first),
    endedAt: endOf(events, state),
    runs: events.flatMap((recorded) => run(recorded)),
    cancelledBy: cancelled(events),
    undoneFrom: firstTime(events, 'CompensationStarted'),
    steps: events.flatMap((recorded) => step(recorded)).filter(isShown),
    cleanupId,
  };
}

const timeOf = ({ recordedAt }: RecordedEvent): string => recordedAt.toISOString();

function endOf(events: readonly RecordedOperationEvent[], { status }: OperationState): string | null {
  const last = events.at(-1);
  return last !== undefined && (status === 'succeeded' || status === 'failed') ? timeOf(last) : null;
}

function firstTime(events: readonly RecordedOperationEvent[], type: OperationEvent['type']): string | null {
  const found = events.find(({ event }) => event.type === type);
  return found === undefined ? null : timeOf(found);
}

function cancelled(events: readonly RecordedOperationEvent[]): ToldOperation['cancelledBy'] {
  const request = events.find(({ event }) => event.type === 'OperationCancelRequested');
  if (request?.event.type !== 'OperationCancelRequested') return null;
  const { by: actor, issuer } = request.event.data;
  return { at: timeOf(request), actor, issuer };
}

function run(recorded: RecordedOperationEvent): ToldOperation['runs'] {
  const { event } = recorded;
  if (event.type !== 'OperationStarted') return [];
  return [{ at: timeOf(recorded), worker: event.data.worker, attempt: event.data.attempt }];
}

const results = {
  StepSucceeded: 'done',
  StepFailed: 'failed',
  StepUndone: 'undone',
  StepUndoFailed: 'not-undone',
} as const satisfies Partial<Record<OperationEvent['type'], ToldStep['result']>>;
type StepEvent = Extract<OperationEvent, { readonly type: keyof typeof results }>;

const isStepEvent = (event: OperationEvent): event is StepEvent => Object.hasOwn(results, event.type);

function step(recorded: RecordedOperationEvent): readonly ToldStep[] {
  const { event } = recorded;
  if (!isStepEvent(event)) return [];
  const { phase, step: name, commands } = event.data;
  const reason = 'reason' in event.data ? event.data.reason : null;
  const observed: Json = 'observed' in event.data ? event.data.observed : null;
  return [{ at: timeOf(recorded), phase, step: name, result: results[event.type], reason, observed, commands }];
}
