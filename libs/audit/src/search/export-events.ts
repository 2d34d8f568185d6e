import type { RecordedEvent } from '#event-store';
import type { Sql } from '#kernel';
import type { EventFilter, LogOrder } from './filter.js';
import { pageWithin } from './search-events.js';
import { searchedRange } from './searched-range.js';

/** What is in memory at once. An event has a few hundred bytes, that of a step up to some ten thousand. */
const EVENTS_PER_PAGE = 200;

/**
 * Every event that a filter wants, page by page, as they stand in the log. It ends where the log ended when it began, so it ends
 * however much is appended meanwhile. The pages are statements of their own: no transaction stays open.
 */
export async function* exportEvents(
  sql: Sql,
  filter: EventFilter,
  order: LogOrder = 'oldest-first',
): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  const range = await searchedRange(sql, filter);
  if (range === null) return;
  let after: RecordedEvent['position'] | null = null;
  do {
    const page = await pageWithin(sql, filter, range, { order, after, limit: EVENTS_PER_PAGE });
    if (page.events.length > 0) yield page.events;
    after = page.next;
  } while (after !== null);
}
