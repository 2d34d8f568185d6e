import type { RecordedEvent } from '#event-store';
import type { Sql } from '#kernel';
import type { HistoryObject } from './history/history-entry.js';
import { type HistoryPage, readHistory } from './history/read-history.js';
import type { Anchor } from './seals/anchor.js';
import { readAnchors } from './seals/seal-rows.js';
import { exportEvents } from './search/export-events.js';
import type { EventFilter, LogOrder, PageSettings } from './search/filter.js';
import { type EventPage, searchEvents } from './search/search-events.js';

/** Events of one request that are shown with it; the search has the others. */
const EVENTS_OF_REQUEST = 200;

/** What became of a request. */
export interface RequestTrace {
  /** The first events of its changes and refusals, in the order of the log. */
  readonly events: readonly RecordedEvent[];
  /** Whether there are more. */
  readonly more: boolean;
}

/** The questions that auditors ask of the log. Each is answered in a short time, or page by page. */
export interface AuditLog {
  search(filter: EventFilter, page: PageSettings): Promise<EventPage>;
  /** In constant memory; ends where the log ended when it began. */
  export(filter: EventFilter, order: LogOrder): AsyncGenerator<readonly RecordedEvent[], void, undefined>;
  /** What happened to an object. Empty where there never was one. */
  history(object: HistoryObject, page: PageSettings): Promise<HistoryPage>;
  /** Empty where the log knows nothing of it. */
  request(requestId: string): Promise<RequestTrace>;
  /** Of the newest seals before a number, newest first. @param before null: from the newest on */
  anchors(before: number | null, limit: number): Promise<Anchor[]>;
}

/** The answers from Postgres. */
export class PostgresAuditLog implements AuditLog {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  search(filter: EventFilter, page: PageSettings): Promise<EventPage> {
    return searchEvents(this.#sql, filter, page);
  }

  export(filter: EventFilter, order: LogOrder): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
    return exportEvents(this.#sql, filter, order);
  }

  history(object: HistoryObject, page: PageSettings): Promise<HistoryPage> {
    return readHistory(this.#sql, object, page);
  }

  async request(requestId: string): Promise<RequestTrace> {
    const page = { order: 'oldest-first', after: null, limit: EVENTS_OF_REQUEST } as const;
    const { events, next } = await searchEvents(this.#sql, { requestId }, page);
    return { events, more: next !== null };
  }

  anchors(before: number | null, limit: number): Promise<Anchor[]> {
    return readAnchors(this.#sql, before, limit);
  }
}
