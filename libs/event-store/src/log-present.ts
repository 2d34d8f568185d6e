import type { Sql } from '#kernel';
import type { LogPosition } from './event-store.js';
import { logPosition } from './log-position.js';

/** Where the log ends now: before every event whose transaction is still open, and so before all that are still to come. */
export async function logPresent(sql: Sql): Promise<LogPosition> {
  const [row] = await sql.query<{ xmin: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin');
  if (row === undefined) throw new Error('the database has not said where its log ends');
  return logPosition(row.xmin, '0');
}
