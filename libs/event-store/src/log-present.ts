import type { Sql } from '#kernel';
import type { LogPosition } from './event-store.js';
import { comparePositions, logPosition } from './log-position.js';

/** Where the log ends now: before every event whose transaction is still open, and so before all that are still to come. */
export async function logPresent(sql: Sql): Promise<LogPosition> {
  const [row] = await sql.query<{ xmin: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin');
  if (row === undefined) throw new Error('the database has not said where its log ends');
  return logPosition(row.xmin, '0');
}

/**
 * Whether a place lies beyond all that the log can have by now: it is one of another log, or of this one before it was taken
 * back to a backup. Events that followers do not see yet are not beyond it.
 */
export async function isBeyondLog(sql: Sql, position: LogPosition): Promise<boolean> {
  const [row] = await sql.query<{ xmax: string }>('select pg_snapshot_xmax(pg_current_snapshot())::text as xmax');
  if (row === undefined) throw new Error('the database has not said where its log ends');
  return comparePositions(position, logPosition(row.xmax, '0')) > 0;
}
