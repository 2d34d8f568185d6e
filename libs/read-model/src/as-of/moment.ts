import { setTimeout as delay } from 'node:timers/promises';
import { type LogPosition, logPosition, splitPosition } from '#event-store';
import type { Sql } from '#kernel';

/** A place in the log and when what stands there was recorded. */
export interface Moment {
  readonly position: LogPosition;
  readonly time: Date;
}

/** Why there is no state to tell of. */
export type NoMoment =
  | { readonly refused: 'future'; readonly now: Date }
  | { readonly refused: 'before-the-log'; readonly begin: Date | null }
  | { readonly refused: 'unknown-position' }
  /** Transactions are open that may still write before this place. */
  | { readonly refused: 'unsettled' };

interface Row {
  readonly transaction_id: string;
  readonly global_position: string;
  readonly recorded_at: Date;
  readonly settled: boolean;
}

const row = `transaction_id, global_position, recorded_at,
  transaction_id < pg_snapshot_xmin(pg_current_snapshot()) as settled`;

/**
 * Writers commit in another order than they record in, within the life of a transaction: the last event in the log's order
 * is one of the last minute's (transaction_timeout). These are looked at first: on the way back through the log to a time
 * long ago there are all events since.
 */
const lastBefore = `
with late as materialized (
  select transaction_id, global_position, recorded_at from brickyard.event
  where recorded_at < $1::timestamptz and recorded_at > (
    select recorded_at - interval '60 seconds' from brickyard.event where recorded_at < $1::timestamptz
    order by recorded_at desc, transaction_id desc, global_position desc limit 1)
)
select ${row} from late order by transaction_id desc, global_position desc limit 1`;

const exactly = `select ${row} from brickyard.event where (transaction_id, global_position) = ($1::xid8, $2::bigint)`;

const PATIENCE_MS = 2000;
const LOOK_AGAIN_MS = 25;

/** The log keeps microseconds, we tell and are told milliseconds: the one that is named belongs to the moment as a whole. */
const ONE_MS = 1;

/**
 * The last event, in the log's order, that was recorded at or before a time. Waits a moment for transactions that may still
 * write before it: what is told of a position never changes.
 */
export async function momentAtTime(sql: Sql, time: Date): Promise<Moment | NoMoment> {
  const [clock] = await sql.query<{ now: Date; begin: Date | null }>(
    `select clock_timestamp() as now, (select recorded_at from brickyard.event
       order by transaction_id, global_position limit 1) as begin`,
  );
  if (clock === undefined || time > clock.now) return { refused: 'future', now: clock?.now ?? new Date(0) };
  // As a date: the driver knows how Postgres writes years before the first, ISO 8601 does not.
  const end = new Date(time.getTime() + ONE_MS);
  const found = await settled(() => sql.query<Row>(lastBefore, [end]));
  return found ?? { refused: 'before-the-log', begin: clock.begin };
}

/** The moment of a position that the log has. */
export async function momentAtPosition(sql: Sql, position: LogPosition): Promise<Moment | NoMoment> {
  const { transactionId, globalPosition } = splitPosition(position);
  const found = await settled(() => sql.query<Row>(exactly, [transactionId, globalPosition]));
  return found ?? { refused: 'unknown-position' };
}

async function settled(look: () => Promise<Row[]>): Promise<Moment | NoMoment | null> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const [found] = await look();
    if (found === undefined) return null;
    if (found.settled) {
      return { position: logPosition(found.transaction_id, found.global_position), time: found.recorded_at };
    }
    if (performance.now() >= until) return { refused: 'unsettled' };
    await delay(LOOK_AGAIN_MS);
  }
}
