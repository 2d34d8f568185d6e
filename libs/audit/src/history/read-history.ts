import type { LogPosition, RecordedEvent } from '#event-store';
import type { Sql } from '#kernel';
import type { PageSettings } from '../search/filter.js';
import { type EventGroup, operationIdOf } from './event-group.js';
import type { HistoryEntry, HistoryObject } from './history-entry.js';
import { HistoryEvents } from './history-events.js';
import { knownNames } from './known-names.js';
import { entryOf } from './timeline.js';
import type { RecordedOperationEvent } from './told-operation.js';

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** Where the next page begins; null: this was the last one. */
  readonly next: LogPosition | null;
}

/**
 * A page of what happened to an object, deleted or not, from the log alone. An entry has its place by its first event and takes in
 * what belongs to it later, so pages that were read before stay right while the log grows. Nothing for an object that never was.
 */
export async function readHistory(sql: Sql, object: HistoryObject, page: PageSettings): Promise<HistoryPage> {
  const events = new HistoryEvents(sql);
  // One more than asked for: whether there is a next page.
  const found = await events.heads(object, { ...page, limit: page.limit + 1 });
  const heads = found.slice(0, page.limit);
  const groups = await groupsOf(events, object, heads);
  const names = await knownNames(sql, [...groups.flatMap(({ about, operation }) => [...about, ...operation])]);
  return {
    entries: groups.map((group) => entryOf(object, group, names)),
    next: found.length > page.limit ? (heads.at(-1)?.position ?? null) : null,
  };
}

async function groupsOf(
  events: HistoryEvents,
  object: HistoryObject,
  heads: readonly RecordedEvent[],
): Promise<EventGroup[]> {
  const operationIds = heads.flatMap((head) => operationIdOf(head) ?? []);
  const about = byOperation(await events.inOperations(object, operationIds), operationIdOf);
  const streams = byOperation(await events.operations(operationIds), ({ streamId }) => streamId);
  return heads.map((head) => {
    const operationId = operationIdOf(head);
    if (operationId === null) return { head, about: [head], operation: [] };
    // A stream of kind operation holds events of operations only.
    const operation = (streams.get(operationId) ?? []) as readonly RecordedOperationEvent[];
    return { head, about: about.get(operationId) ?? [head], operation };
  });
}

function byOperation(
  events: readonly RecordedEvent[],
  idOf: (event: RecordedEvent) => string | null,
): ReadonlyMap<string, readonly RecordedEvent[]> {
  const groups = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const id = idOf(event) ?? '';
    groups.set(id, [...(groups.get(id) ?? []), event]);
  }
  return groups;
}
