import { type BrickReservation, evolvers, type StateOf } from '#domain';
import type { EventStore, LogPosition, RecordedEvent } from '#event-store';
import { UnknownSchemaVersion, comparePositions } from '#event-store';
import { DomainError, type Sql } from '#kernel';
import type { Loaded } from '../ledger.js';
import { isGone } from '../projection/parts.js';
import { UnknownEventType, type VersionedEvent, foldOn, versioned } from '../projection/project.js';
import type { ObjectKind } from './objects.js';

/** Few enough that they are a small part of the memory, enough that the way to the database does not count. */
const EVENTS_PER_READ = 1000;

/** Where events are read. */
export interface LogSource {
  readonly eventStore: EventStore;
  readonly sql: Sql;
}

/** By id; what does not exist is left out. */
type States<K extends ObjectKind> = Map<string, StateOf<K>>;

/**
 * The states of some objects at a place in the log, by id; those that did not exist there are left out.
 * @param ids sorted
 * @throws DomainError unavailable where the log holds what only a later version can fold
 */
export async function foldStreams<K extends ObjectKind>(
  log: LogSource,
  kind: K,
  ids: readonly string[],
  upTo: LogPosition,
): Promise<States<K>> {
  return (await foldStreamsPast(log, kind, ids, upTo, upTo)).after;
}

/** The states of some objects at a place in the log, and at an earlier one on the way there. @throws as foldStreams */
export async function foldStreamsPast<K extends ObjectKind>(
  log: LogSource,
  kind: K,
  ids: readonly string[],
  earlier: LogPosition,
  upTo: LogPosition,
): Promise<{ readonly before: States<K>; readonly after: States<K> }> {
  const before = new Map<string, Loaded<StateOf<K>>>();
  const after = new Map<string, Loaded<StateOf<K>>>();
  await eachEvent(log, kind, ids, upTo, (id, event, position) => {
    const next = foldOn(kind, id, after.get(id) ?? { state: evolvers[kind].initial, version: 0 }, [event]);
    after.set(id, next);
    if (comparePositions(position, earlier) <= 0) before.set(id, next);
  });
  return { before: existing(before), after: existing(after) };
}

function existing<State extends { readonly status: string }>(
  loaded: ReadonlyMap<string, Loaded<State>>,
): Map<string, State> {
  return new Map([...loaded].flatMap(([id, { state }]) => (isGone(state) ? [] : [[id, state]])));
}

/** The bricks on a device at a place in the log, by id. @throws as foldStreams */
export async function bricksOn(
  log: LogSource,
  deviceId: string,
  upTo: LogPosition,
): Promise<ReadonlyMap<string, BrickReservation>> {
  const bricks = new Map<string, BrickReservation>();
  await eachEvent(log, 'device', [deviceId], upTo, (_id, { event }) => {
    if (event.type === 'BrickReserved') bricks.set(event.data.brickId, event.data);
    else if (event.type === 'BrickReleased') bricks.delete(event.data.brickId);
  });
  return bricks;
}

/**
 * Goes through streams up to a place in the log, one after the other. At most EVENTS_PER_READ events are in memory at a time,
 * however long the streams are, and each is read once.
 */
async function eachEvent<K extends ObjectKind>(
  log: LogSource,
  kind: K,
  ids: readonly string[],
  upTo: LogPosition,
  take: (id: string, event: VersionedEvent<K>, position: LogPosition) => void,
): Promise<void> {
  try {
    for (const group of await readTogether(log, kind, ids)) {
      let afterVersion = 0;
      let events: RecordedEvent[];
      do {
        const streams = group.map((id) => ({ kind, id, afterVersion }));
        events = await log.eventStore.readStreams(log.sql, streams, EVENTS_PER_READ, upTo);
        for (const event of events) take(event.streamId, versioned<K>(event), event.position);
        afterVersion = events.at(-1)?.streamVersion ?? 0;
        // Only a stream that is alone can be longer.
      } while (group.length === 1 && events.length === EVENTS_PER_READ);
    }
  } catch (error) {
    if (error instanceof UnknownEventType || error instanceof UnknownSchemaVersion) {
      throw new DomainError('unavailable', error.message);
    }
    throw error;
  }
}

/**
 * Streams that are short enough to be read at once, together; long ones alone. A read of several long ones looks at all of
 * them to give the first events, and the next read again.
 */
async function readTogether({ sql }: LogSource, kind: ObjectKind, ids: readonly string[]): Promise<string[][]> {
  if (ids.length <= 1) return ids.map((id) => [id]);
  const lengths = new Map(
    (
      await sql.query<{ id: string; version: string }>(
        'select id, version from brickyard.event_stream where kind = $1 and id = any($2::text[])',
        [kind, [...ids]],
      )
    ).map(({ id, version }) => [id, Number(version)]),
  );
  const groups: string[][] = [];
  let events = Infinity;
  for (const id of ids) {
    const length = lengths.get(id) ?? 0;
    events += length;
    if (events > EVENTS_PER_READ) {
      groups.push([]);
      events = length;
    }
    groups.at(-1)?.push(id);
  }
  return groups;
}
