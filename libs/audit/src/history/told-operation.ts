import { evolveOperation, noOperation, type EventOf } from '#domain';
import type { RecordedEvent } from '#event-store';
import { fold } from '#kernel';
import type { ToldOperation, ToldStep } from './history-entry.js';
import { type OperationTimeline, operationTimeline, type StepTry } from './operation-timeline.js';

export type RecordedOperationEvent = RecordedEvent<EventOf<'operation'>>;

/** The course of one operation as an entry of a history tells it; null where there are no events. */
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
  const timeline = operationTimeline(events);
  const { acceptedAt, runs, cancelRequested, compensation, end } = timeline;
  return {
    operationId,
    kind,
    subject: { kind: subjectKind, id: subjectId },
    status,
    reason,
    acceptedAt: (acceptedAt ?? first.recordedAt).toISOString(),
    endedAt: end?.at.toISOString() ?? null,
    runs: runs.map(({ startedAt, worker, attempt }) => ({ at: startedAt.toISOString(), worker, attempt })),
    cancelledBy: cancelRequested && {
      at: cancelRequested.at.toISOString(),
      actor: cancelRequested.by,
      issuer: cancelRequested.issuer,
    },
    undoneFrom: compensation?.at.toISOString() ?? null,
    steps: toldSteps(timeline).filter(isShown),
    cleanupId,
  };
}

const results = {
  forward: { succeeded: 'done', failed: 'failed' },
  undo: { succeeded: 'undone', failed: 'not-undone' },
} as const satisfies Record<StepTry['way'], Record<StepTry['outcome'], ToldStep['result']>>;

/** Every try of every step, in the order in which they ended. */
function toldSteps({ phases }: OperationTimeline): ToldStep[] {
  return phases
    .flatMap(({ name: phase, steps }) =>
      steps.flatMap(({ name: step, tries }) => tries.map((each) => ({ phase, step, ...each }))),
    )
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ phase, step, way, outcome, at, reason, observed, commands }) => ({
      at: at.toISOString(),
      phase,
      step,
      result: results[way][outcome],
      reason,
      observed,
      commands,
    }));
}
