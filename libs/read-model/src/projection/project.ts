import { evolvers, type EventOf, type StateOf, type StreamKind } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Loaded } from '../ledger.js';
import { brickChanges, hostnameChanges, isGone } from './parts.js';
import { objectRows, type RowChange } from './rows.js';

/** An event of a stream as the projection needs it. */
export interface VersionedEvent<K extends StreamKind = StreamKind> {
  readonly event: EventOf<K>;
  readonly version: number;
  readonly recordedAt: Date;
}

/** The event as it came from the log, which vouches for its type: only the ledger appends, and readers upcast. */
export function versioned<K extends StreamKind>(recorded: RecordedEvent): VersionedEvent<K> {
  const { event, streamVersion: version, recordedAt } = recorded;
  return { event: event as EventOf<K>, version, recordedAt };
}

export interface Projected<State> {
  /** The state to go on with: the initial one where the object is gone. */
  readonly state: State;
  readonly version: number;
  /** At most one change per row, in no particular order. */
  readonly changes: readonly RowChange[];
}

/** An event in the log that only a later version can fold: rows made without it would be wrong. */
export class UnknownEventType extends Error {
  constructor(kind: StreamKind, id: string, type: string) {
    super(`event ${type} of ${kind}/${id} was written by a later version of Brickyard: run that one`);
    this.name = 'UnknownEventType';
  }
}

/** Rows that a stream owns beside the object's own. */
const partChanges: {
  readonly [K in StreamKind]: (
    id: string,
    before: StateOf<K>,
    after: StateOf<K>,
    events: readonly EventOf<K>[],
  ) => RowChange[];
} = {
  cluster: () => [],
  node: hostnameChanges,
  device: (_id, _before, _after, events) => brickChanges(events),
  volume: () => [],
  operation: () => [],
};

/**
 * The state after some more events of a stream: the initial one where the object is gone.
 * @throws UnknownEventType; Error where the events do not follow on the version without a gap
 */
export function foldOn<K extends StreamKind>(
  kind: K,
  id: string,
  before: Loaded<StateOf<K>>,
  events: readonly VersionedEvent<K>[],
): Loaded<StateOf<K>> {
  const { initial, evolve } = evolvers[kind];
  let { state, version } = before;
  for (const next of events) {
    if (next.version !== version + 1) {
      throw new Error(`stream ${kind}/${id} goes from version ${version} to ${next.version}`);
    }
    version = next.version;
    const after = folded(evolve(state, next.event));
    if (after === null) throw new UnknownEventType(kind, id, next.event.type);
    state = isGone(after) ? initial : after;
  }
  return { state, version };
}

/**
 * What the events of one stream do to the rows that the stream owns. Looks at nothing but the stream itself, so that any
 * interleaving with other streams gives the same rows (docs/adr/0003).
 * @param before the state at `beforeVersion`, the initial one where the object is not there
 * @throws UnknownEventType; Error where the events do not follow on `beforeVersion` without a gap
 */
export function project<K extends StreamKind>(
  kind: K,
  id: string,
  before: StateOf<K>,
  beforeVersion: number,
  events: readonly VersionedEvent<K>[],
): Projected<StateOf<K>> {
  const { state, version } = foldOn(kind, id, { state: before, version: beforeVersion }, events);
  const own: RowChange = isGone(state)
    ? { table: kind, op: 'delete', key: { id } }
    : objectRows[kind]({ id, version, status: state.status, doc: state }, acceptedAt(events));
  const parts = partChanges[kind](
    id,
    before,
    state,
    events.map(({ event }) => event),
  );
  return { state, version, changes: [own, ...parts] };
}

/** The types promise a state for every event; the log of a later version holds others. */
function folded<State>(state: State | undefined): State | null {
  return state ?? null;
}

function acceptedAt(events: readonly VersionedEvent[]): Date | null {
  return events.find(({ event }) => event.type === 'OperationAccepted')?.recordedAt ?? null;
}
