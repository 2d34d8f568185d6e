import type { CommandRecord, OperationEvent } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Json } from '#kernel';

/** What became of one try of a step. */
export interface StepTry {
  readonly way: 'forward' | 'undo';
  readonly outcome: 'succeeded' | 'failed';
  readonly at: Date;
  /** The run of the operation in which it was. */
  readonly attempt: number;
  readonly worker: string;
  /** Why it failed; null where it has not. */
  readonly reason: string | null;
  /** What the step saw; null where it failed or saw nothing. */
  readonly observed: Json;
  readonly commands: readonly CommandRecord[];
}

export interface StepTimeline {
  readonly name: string;
  /** As the operation's state has it. */
  readonly status: 'started' | 'succeeded' | 'failed' | 'undone';
  /** In the order in which they ended. */
  readonly tries: readonly StepTry[];
}

export interface PhaseTimeline {
  readonly name: string;
  readonly startedAt: Date;
  readonly steps: readonly StepTimeline[];
}

/** One worker's run. */
export interface RunTimeline {
  readonly attempt: number;
  readonly worker: string;
  readonly startedAt: Date;
  /** Nodes that could not be taken over when it began, and since when nothing was sent to them. */
  readonly outOfReach: Readonly<Record<string, string>>;
}

/** What happened in the course of an operation, when, and by whom. */
export interface OperationTimeline {
  readonly acceptedAt: Date | null;
  readonly runs: readonly RunTimeline[];
  readonly phases: readonly PhaseTimeline[];
  readonly cancelRequested: { readonly at: Date; readonly by: string; readonly issuer: string } | null;
  /** From when on it was undone, and why. */
  readonly compensation: { readonly at: Date; readonly reason: string } | null;
  readonly end: {
    readonly at: Date;
    readonly outcome: 'succeeded' | 'failed';
    readonly reason: string | null;
    /** The operation that does what this one left to be done. */
    readonly cleanupId: string | null;
  } | null;
}

export const noTimeline: OperationTimeline = {
  acceptedAt: null,
  runs: [],
  phases: [],
  cancelRequested: null,
  compensation: null,
  end: null,
};

/**
 * The course of an operation from the events of its stream, in order; it may be folded in pieces. Events of later versions,
 * and those of other streams, are passed over.
 */
export function operationTimeline(
  events: readonly RecordedEvent[],
  before: OperationTimeline = noTimeline,
): OperationTimeline {
  return events
    .filter(({ streamKind }) => streamKind === 'operation')
    .reduce((timeline, { event, recordedAt }) => withEvent(timeline, event as OperationEvent, recordedAt), before);
}

function withEvent(timeline: OperationTimeline, event: OperationEvent, at: Date): OperationTimeline {
  switch (event.type) {
    case 'OperationAccepted':
      return { ...timeline, acceptedAt: at };
    case 'OperationStarted': {
      const { worker, attempt, outOfReach = {} } = event.data;
      return { ...timeline, runs: [...timeline.runs, { attempt, worker, startedAt: at, outOfReach }] };
    }
    case 'PhaseStarted':
      return { ...timeline, phases: withPhase(timeline.phases, event.data, at) };
    case 'StepSucceeded':
      return withTry(timeline, event.data, 'succeeded', { way: 'forward', outcome: 'succeeded', at, ...event.data });
    case 'StepFailed':
      return withTry(timeline, event.data, 'failed', { way: 'forward', outcome: 'failed', at, ...event.data });
    case 'StepUndone':
      return withTry(timeline, event.data, 'undone', { way: 'undo', outcome: 'succeeded', at, ...event.data });
    case 'StepUndoFailed':
      // It still has to be undone: it stays what it was.
      return withTry(timeline, event.data, null, { way: 'undo', outcome: 'failed', at, ...event.data });
    case 'OperationCancelRequested': {
      const { by, issuer } = event.data;
      return { ...timeline, cancelRequested: { at, by, issuer } };
    }
    case 'CompensationStarted':
      return { ...timeline, compensation: { at, reason: event.data.reason } };
    case 'OperationSucceeded':
      return { ...timeline, end: { at, outcome: 'succeeded', reason: null, cleanupId: event.data.cleanupId ?? null } };
    case 'OperationFailed': {
      const { reason, cleanupId = null } = event.data;
      return { ...timeline, end: { at, outcome: 'failed', reason, cleanupId } };
    }
    default:
      return laterVersion(event, timeline);
  }
}

/** The compiler asks for a case above when a type is added; the log of a later version holds others. */
function laterVersion(_event: never, timeline: OperationTimeline): OperationTimeline {
  return timeline;
}

/** A phase may be started again by a later run: what its steps have achieved is kept. */
function withPhase(
  phases: readonly PhaseTimeline[],
  { phase, steps }: { readonly phase: string; readonly steps: readonly string[] },
  at: Date,
): readonly PhaseTimeline[] {
  const known = phases.find(({ name }) => name === phase);
  const begun = steps.map((name): StepTimeline => {
    const before = known?.steps.find((step) => step.name === name);
    if (before?.status === 'succeeded') return before;
    return { name, status: 'started', tries: before?.tries ?? [] };
  });
  const others = known?.steps.filter(({ name }) => !steps.includes(name)) ?? [];
  const next = { name: phase, startedAt: known?.startedAt ?? at, steps: [...others, ...begun] };
  return known === undefined ? [...phases, next] : phases.map((each) => (each === known ? next : each));
}

type Told = Pick<StepTry, 'way' | 'outcome' | 'at' | 'commands'> & {
  readonly reason?: string | null;
  readonly observed?: Json;
};

function withTry(
  timeline: OperationTimeline,
  { phase, step }: { readonly phase: string; readonly step: string },
  status: StepTimeline['status'] | null,
  { way, outcome, at, commands, reason = null, observed = null }: Told,
): OperationTimeline {
  const run = timeline.runs.at(-1);
  const made: StepTry = {
    way,
    outcome,
    at,
    attempt: run?.attempt ?? 0,
    worker: run?.worker ?? '',
    reason,
    observed,
    commands,
  };
  const ofStep = (before: StepTimeline): StepTimeline =>
    before.name === step ? { name: step, status: status ?? before.status, tries: [...before.tries, made] } : before;
  const phases = timeline.phases.map((before) =>
    before.name === phase ? { ...before, steps: before.steps.map(ofStep) } : before,
  );
  return { ...timeline, phases };
}
