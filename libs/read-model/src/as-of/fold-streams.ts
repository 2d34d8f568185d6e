import { evolvers, type StateOf } from '#domain';
import type { EventStore, LogPosition } from '#event-store';
import { UnknownSchemaVersion } from '#event-store';
import { DomainError, type Sql } from '#kernel';
import type { Loaded } from '../ledger.js';
import { UnknownEventType, foldOn, versioned } from '../projection/project.js';
import type { ObjectKind } from './objects.js';

/** Few enough that they are a small part of the memory, enough that the way to the database does not count. */
const EVENTS_PER_READ = 1000;

/** Where events are read. */
export interface LogSource {
  readonly eventStore: EventStore;
  readonly sql: Sql;
}

/**
 * The states of some objects at a place in the log, by id; those that did not exist there are left out. At most
 * EVENTS_PER_READ events are in memory at a time, however long the streams are.
 * @param ids sorted
 * @throws DomainError unavailable where the log holds what only a later version can fold
 */
export async function foldStreams<K extends ObjectKind>(
  { eventStore, sql }: LogSource,
  kind: K,
  ids: readonly string[],
  upTo: LogPosition,
): Promise<Map<string, StateOf<K>>> {
  const at = new Map<string, Loaded<StateOf<K>>>();
  let open = ids;
  try {
    while (open.length > 0) {
      const streams = open.map((id) => ({ kind, id, afterVersion: at.get(id)?.version ?? 0 }));
      const events = await eventStore.readStreams(sql, streams, EVENTS_PER_READ, upTo);
      for (const event of events) {
        const id = event.streamId;
        const before = at.get(id) ?? { state: evolvers[kind].initial, version: 0 };
        at.set(id, foldOn(kind, id, before, [versioned<K>(event)]));
      }
      // They come in the order of the ids: all before the last one's are complete.
      const last = events.at(-1)?.streamId;
      open = events.length < EVENTS_PER_READ ? [] : open.slice(open.indexOf(last ?? ''));
    }
  } catch (error) {
    if (error instanceof UnknownEventType || error instanceof UnknownSchemaVersion) {
      throw new DomainError('unavailable', error.message);
    }
    throw error;
  }
  const found = [...at].filter(([, { state }]) => state.status !== 'none');
  return new Map(found.map(([id, { state }]) => [id, state]));
}
