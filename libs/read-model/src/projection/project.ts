import { evolvers, type EventOf, type StateOf, type StreamKind } from '#domain';
import type { RecordedEvent } from '#event-store';
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
 * What the events of one stream do to the rows that the stream owns. Looks at nothing but the stream itself, so that any
 * interleaving with other streams gives the same rows (docs/adr/0003).
 * @param before the state at `beforeVersion`, the initial one where the object is not there
 * @throws Error where the events do not follow on `beforeVersion` without a gap
 */
export function project<K extends StreamKind>(
  kind: K,
  id: string,
  before: StateOf<K>,
  beforeVersion: number,
  events: readonly VersionedEvent<K>[],
): Projected<StateOf<K>> {
  const { initial, evolve } = evolvers[kind];
  let state = before;
  let version = beforeVersion;
  for (const next of events) {
    if (next.version !== version + 1) {
      throw new Error(`stream ${kind}/${id} goes from version ${version} to ${next.version}`);
    }
    version = next.version;
    const after = evolve(state, next.event);
    state = isGone(after) ? initial : after;
  }
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

function acceptedAt(events: readonly VersionedEvent[]): Date | null {
  return events.find(({ event }) => event.type === 'OperationAccepted')?.recordedAt ?? null;
}
