import { type LogPosition, logPosition } from '#event-store';
import type { Sql } from '#kernel';
import type { EventFilter } from './filter.js';
import { BEGINNING, END, intersection, justAfter, type LogRange } from './range.js';

/**
 * Times of recording are not in the order of the log: a transaction that began earlier may record later. But never later than
 * this after others of its time, because the application's transactions end after a minute.
 */
const LONGEST_TRANSACTION = "interval '2 minutes'";

interface Row {
  readonly xmin: string;
  readonly first: LogPosition | null;
  readonly last: LogPosition | null;
}

/** The ends of what was recorded in a time, among the events that were recorded at nearly the same time as the first or last. */
const rangeOfTimes = `
with edge as materialized (
  select
    (select min(recorded_at) from brickyard.event where recorded_at >= $1::timestamptz) as begins,
    (select max(recorded_at) from brickyard.event where recorded_at < $2::timestamptz) as ends
), early as materialized (
  select transaction_id, global_position from brickyard.event
  where recorded_at >= (select begins from edge) and recorded_at <= (select begins + ${LONGEST_TRANSACTION} from edge)
    and $1::timestamptz > '-infinity'
), late as materialized (
  select transaction_id, global_position from brickyard.event
  where recorded_at <= (select ends from edge) and recorded_at >= (select ends - ${LONGEST_TRANSACTION} from edge)
    and $2::timestamptz < 'infinity'
)
select pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
  (select transaction_id || ':' || global_position from early order by transaction_id, global_position limit 1) as first,
  (select transaction_id || ':' || global_position from late order by transaction_id desc, global_position desc limit 1) as last`;

/**
 * The piece of the log in which every event of a filter's time is; some others may be in it too. It ends before the oldest
 * transaction that is still running: what comes before that is final, so no page can miss an event.
 * @returns null where nothing was recorded in that time
 */
export async function searchedRange(sql: Sql, { from, to }: EventFilter): Promise<LogRange | null> {
  const [row] = await sql.query<Row>(rangeOfTimes, [from ?? '-infinity', to ?? 'infinity']);
  if (row === undefined) throw new Error('Postgres gave no snapshot');
  if ((from !== undefined && row.first === null) || (to !== undefined && row.last === null)) return null;
  const found = { from: row.first ?? BEGINNING, before: row.last === null ? END : justAfter(row.last) };
  return intersection(found, { from: BEGINNING, before: logPosition(row.xmin, '0') });
}
