import { evolvers } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import type { Sql } from '#kernel';
import { readRows } from '../object-store.js';
import { applyChanges } from '../projection/apply.js';
import { mergeChanges, type MergedChanges } from '../projection/merge.js';
import { project, versioned } from '../projection/project.js';
import type { StreamName } from './streams.js';

export interface ReplayTarget {
  readonly eventStore: EventStore;
  /** Where events are read: one snapshot for all the streams of a round. */
  readonly read: Sql;
  readonly write: Sql;
  readonly schema: string;
  readonly eventsPerRead: number;
}

/**
 * Brings the rows of some streams in a schema to the end of the streams, from wherever they are. Nothing is written before
 * the end of every stream is reached: half of a stream could hold a name that another one has by now.
 * @returns how many events were replayed
 */
export async function replayStreams(target: ReplayTarget, streams: readonly StreamName[]): Promise<number> {
  // Objects without a row start from the beginning of their streams.
  const at = await readRows(target.write, target.schema, streams);
  const changes: MergedChanges = new Map();
  let replayed = 0;
  let open = streams;
  while (open.length > 0) {
    const events = await target.eventStore.readStreams(
      target.read,
      open.map(({ kind, id }) => ({ kind, id, afterVersion: at.get(nameOf(kind, id))?.version ?? 0 })),
      target.eventsPerRead,
    );
    replayed += events.length;
    for (const [{ kind, id }, own] of byStream(open, events)) {
      const key = nameOf(kind, id);
      const { state, version } = at.get(key) ?? { state: evolvers[kind].initial, version: 0 };
      const { changes: rows, ...after } = project(kind, id, state, version, own.map(versioned));
      at.set(key, after);
      mergeChanges(changes, rows);
    }
    open = events.length < target.eventsPerRead ? [] : open.slice(positionOf(open, events.at(-1)));
  }
  await applyChanges(target.write, target.schema, [...changes.values()]);
  return replayed;
}

const nameOf = (kind: string, id: string): string => `${kind}/${id}`;

/** The events come in the order of the streams, which is that of the last read's. */
function positionOf(open: readonly StreamName[], last: RecordedEvent | undefined): number {
  return open.findIndex(({ kind, id }) => kind === last?.streamKind && id === last.streamId);
}

function byStream(open: readonly StreamName[], events: readonly RecordedEvent[]): Map<StreamName, RecordedEvent[]> {
  const names = new Map(open.map((stream) => [nameOf(stream.kind, stream.id), stream]));
  const groups = new Map<StreamName, RecordedEvent[]>();
  for (const event of events) {
    const stream = names.get(nameOf(event.streamKind, event.streamId));
    if (stream === undefined) throw new Error(`unasked stream ${event.streamKind}/${event.streamId}`);
    const group = groups.get(stream);
    if (group === undefined) groups.set(stream, [event]);
    else group.push(event);
  }
  return groups;
}
