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
 * burst these are ten thousands: they are read from the index of times alone, and once where the time is short. Without
 * "offset 0" the planner would look for the lowest transaction along the order of the log instead, and read the log up to there.
 */
const rangeOfTimes = `
with edge as materialized (
  select begins, ends, least(begins + ${LONGEST_TRANSACTION}, ends) as early,
    greatest(ends - ${LONGEST_TRANSACTION}, begins) as late, ends > begins + ${LONGEST_TRANSACTION} as long
  from (select
    (select min(recorded_at) from brickyard.event where recorded_at >= $1::timestamptz) as begins,
    (select max(recorded_at) from brickyard.event where recorded_at < $2::timestamptz) as ends) found
), early as materialized (
  select min(transaction_id) as first, max(transaction_id) as last from (
    select transaction_id from brickyard.event
    where recorded_at >= (select begins from edge) and recorded_at <= (select early from edge)
      and $1::timestamptz > '-infinity' offset 0) e
), late as materialized (
  select max(transaction_id) as last from (
    select transaction_id from brickyard.event
    where recorded_at >= (select late from edge) and recorded_at <= (select ends from edge)
      and $2::timestamptz < 'infinity' and ($1::timestamptz = '-infinity' or (select long from edge)) offset 0) e
)
select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, early.first::text as first,
  case when $2::timestamptz < 'infinity' then coalesce(late.last, early.last)::text end as last
from early, late`;

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
