import type { Sql } from '#kernel';

/**
 * For how long, in seconds, the oldest committed event has been waiting behind the guard; 0 where none does. Grows while
 * a write transaction stays open anywhere on the server, in other databases too (docs/adr/0002-log-order.md).
 */
export async function eventVisibilityLagSeconds(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ seconds: number | null }>(`
    select extract(epoch from clock_timestamp() - min(recorded_at))::float8 as seconds
    from brickyard.event where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())`);
  return Math.max(0, row?.seconds ?? 0);
}
