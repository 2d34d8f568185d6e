import {
  comparePositions,
  eventColumns,
  type EventRow,
  type LogPosition,
  type RecordedEvent,
  toLoggedEvent,
} from '#event-store';
import type { Sql } from '#kernel';
import type { EventFilter, LogOrder, PageSettings } from './filter.js';
import { type LogRange, rest, upTo } from './range.js';
import { searchedRange } from './searched-range.js';
import {
  conditionsOf,
  type Drive,
  drivesOf,
  indexColumns,
  inOrder,
  Parameters,
  placesAlong,
  wholeLog,
} from './statement.js';

/** Events that are looked at for one page, so that every page takes a short time, whatever is asked for. */
export const EVENTS_LOOKED_AT = 1_000;

/** A page of events as they stand in the log, not upcast. */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** Where to go on; null: that was all. A page may be short, or empty, and not be the last. */
  readonly next: LogPosition | null;
}

/**
 * One page of the events that a filter wants. It goes along the index of the one given value that is the rarest from here on,
 * and checks the others on each event. Events of transactions that may have an earlier neighbour in flight are left out, as
 * in EventStore.readAll.
 */
export async function searchEvents(sql: Sql, filter: EventFilter, settings: PageSettings): Promise<EventPage> {
  const whole = await searchedRange(sql, filter);
  return whole === null ? { events: [], next: null } : pageWithin(sql, filter, whole, settings);
}

/** A page of a range that was found before. */
export async function pageWithin(
  sql: Sql,
  filter: EventFilter,
  whole: LogRange,
  { order, after, limit }: PageSettings,
): Promise<EventPage> {
  const range = rest(whole, order, after);
  const { drive, end } = await choose(sql, filter, range, order);
  const looked = end === null ? range : upTo(range, order, end);
  const rows = await sql.query<EventRow>(...pageStatement(filter, drive, looked, order, limit + 1));
  const events = rows.slice(0, limit).map(toLoggedEvent);
  return { events, next: rows.length > limit ? (events.at(-1)?.position ?? null) : end };
}

interface Choice {
  readonly drive: Drive;
  /** The last event that is looked at; null: all of them are. */
  readonly end: LogPosition | null;
}

/** The drive that comes the farthest with the events that may be looked at. One that comes to the end is as good as any. */
async function choose(sql: Sql, filter: EventFilter, range: LogRange, order: LogOrder): Promise<Choice> {
  const given = drivesOf(filter);
  const drives = given.length === 0 ? [wholeLog] : given;
  const [only] = drives;
  const checksMore = drives.length > 1 || filter.from !== undefined || filter.to !== undefined;
  // Every event along the one drive is wanted: the limit of the page is enough.
  if (!checksMore && only !== undefined) return { drive: only, end: null };
  const p = new Parameters();
  const ends = drives.map(
    (drive) => `(select d.transaction_id || ':' || d.global_position ${placesAlong(drive, range, order, p)}
      offset ${(EVENTS_LOOKED_AT - 1).toString()} limit 1)`,
  );
  const [row] = await sql.query<{ ends: (LogPosition | null)[] }>(`select array[${ends.join(', ')}] as ends`, p.values);
  return farthest(drives, row?.ends ?? [], order);
}

function farthest(drives: readonly Drive[], ends: readonly (LogPosition | null)[], order: LogOrder): Choice {
  const choices = drives.map((drive, nth): Choice => ({ drive, end: ends[nth] ?? null }));
  const sign = order === 'oldest-first' ? 1 : -1;
  return choices.reduce((best, choice) => {
    if (best.end === null) return best;
    return choice.end === null || sign * comparePositions(choice.end, best.end) > 0 ? choice : best;
  });
}

/** The limits and "offset 0" keep the planner on the way along the drive, an event at a time. */
function pageStatement(
  filter: EventFilter,
  drive: Drive,
  range: LogRange,
  order: LogOrder,
  limit: number,
): [string, Parameters['values']] {
  const p = new Parameters();
  const columns = drive.table === 'event' ? 'd.*' : indexColumns('d', drive).join(', ');
  const candidates = `select ${columns} ${placesAlong(drive, range, order, p)} limit ${Math.max(EVENTS_LOOKED_AT, limit).toString()}`;
  const wanted = conditionsOf(filter, drive, p);
  const where = wanted.length === 0 ? '' : `where ${wanted.join(' and ')}`;
  const from =
    drive.table === 'event'
      ? `(${candidates}) e`
      : `(${candidates}) c cross join lateral (
          select * from brickyard.event f
          where f.transaction_id = c.transaction_id and f.global_position = c.global_position offset 0) e`;
  const sorted = inOrder(drive.table === 'event' ? 'e' : 'c', drive, order);
  const text = `select ${eventColumns('e')} from ${from} ${where} order by ${sorted} limit ${limit.toString()}`;
  return [text, p.values];
}
