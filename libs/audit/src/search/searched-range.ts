import { logPosition } from '#event-store';
import type { Sql } from '#kernel';
import type { EventFilter } from './filter.js';
import { BEGINNING, END, intersection, type LogRange } from './range.js';

/**
 * Times of recording are not in the order of the log: a transaction that began earlier may record later. But never later than
 * this after others of its time, because the application's transactions end after a minute.
 */
const LONGEST_TRANSACTION = "interval '2 minutes'";

interface Row {
  readonly xmin: string;
  /** The transactions of the first and last events. */
  readonly first: string | null;
  readonly last: string | null;
}

/**
 * The ends of what was recorded in a time, among the events that were recorded at nearly the same time as the first or last. In a
 * burst these are ten thousands: they are read from the index of times alone. Without "offset 0" the planner would look for
 * the lowest transaction along the order of the log instead, and read the log up to there.
 */
const rangeOfTimes = `
with edge as materialized (
  select
    (select min(recorded_at) from brickyard.event where recorded_at >= $1::timestamptz) as begins,
    (select max(recorded_at) from brickyard.event where recorded_at < $2::timestamptz) as ends
)
select pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
  (select min(transaction_id) from (
    select transaction_id from brickyard.event
    where recorded_at >= (select begins from edge) and recorded_at <= (select least(begins + ${LONGEST_TRANSACTION}, ends) from edge)
      and $1::timestamptz > '-infinity' offset 0) early)::text as first,
  (select max(transaction_id) from (
    select transaction_id from brickyard.event
    where recorded_at <= (select ends from edge) and recorded_at >= (select greatest(ends - ${LONGEST_TRANSACTION}, begins) from edge)
      and $2::timestamptz < 'infinity' offset 0) late)::text as last`;

/**
 * The piece of the log in which every event of a filter's time is; some others may be in it too. It ends before the oldest
 * transaction that is still running: what comes before that is final, so no page can miss an event.
 * @returns null where nothing was recorded in that time
 */
export async function searchedRange(sql: Sql, { from, to }: EventFilter): Promise<LogRange | null> {
  const [row] = await sql.query<Row>(rangeOfTimes, [from ?? '-infinity', to ?? 'infinity']);
  if (row === undefined) throw new Error('Postgres gave no snapshot');
  if ((from !== undefined && row.first === null) || (to !== undefined && row.last === null)) return null;
  const found = {
    from: row.first === null ? BEGINNING : logPosition(row.first, '0'),
    before: row.last === null ? END : logPosition((BigInt(row.last) + 1n).toString(), '0'),
  };
  return intersection(found, { from: BEGINNING, before: logPosition(row.xmin, '0') });
}
