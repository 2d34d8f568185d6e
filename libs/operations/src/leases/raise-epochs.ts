import type { Sql } from '#kernel';

/** More than a lease ever changes hands between two backups. */
const AHEAD = 1_000_000;

/**
 * Puts every epoch ahead of all that were given out before a restore. The storage nodes remember the highest epoch that they
 * have seen, and a restored table is behind them: without this they would refuse every command. Nobody holds a lease after it,
 * so all other processes have to be stopped first.
 * @returns how many leases there are
 */
export async function raiseEpochs(sql: Sql): Promise<number> {
  const rows = await sql.query<{ key: string }>(
    'update brickyard.lease set epoch = epoch + $1::bigint, owner = null, until = clock_timestamp() returning key',
    [AHEAD],
  );
  return rows.length;
}
