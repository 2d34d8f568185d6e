import type { Sql } from '#kernel';

/** How far the seals are behind the log. */
export interface SealLag {
  /** Since the newest seal; null: there is none. */
  readonly newestSealSeconds: number | null;
  /** Events after the newest seal, counted up to 100,000. */
  readonly unsealedEvents: number;
  /** For how long the oldest of them has been in the log; 0 where there is none. */
  readonly oldestUnsealedSeconds: number;
}

/** A look at every scrape must stay cheap while a large log is being sealed for the first time. */
const COUNTED = 100_000;

const lag = `
with newest as (
  select sealed_at, event_ids[event_count] as event_id from brickyard.seal order by number desc limit 1
), place as (
  select e.transaction_id, e.global_position from newest join brickyard.event e on e.event_id = newest.event_id
)
select
  (select extract(epoch from clock_timestamp() - sealed_at)::float8 from newest) as newest,
  count(*)::float8 as events,
  extract(epoch from clock_timestamp() - min(recorded_at))::float8 as oldest
from (
  select recorded_at from brickyard.event
  where (transaction_id, global_position) > (
    coalesce((select transaction_id from place), '0'), coalesce((select global_position from place), 0))
  order by transaction_id, global_position limit ${COUNTED.toString()}
) unsealed`;

/** For metrics; read from the database, so that it is true also where nobody seals. */
export async function readSealLag(sql: Sql): Promise<SealLag> {
  const [row] = await sql.query<{ newest: number | null; events: number; oldest: number | null }>(lag);
  return {
    newestSealSeconds: row?.newest ?? null,
    unsealedEvents: row?.events ?? 0,
    oldestUnsealedSeconds: Math.max(0, row?.oldest ?? 0),
  };
}
