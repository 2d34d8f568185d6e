import type { LogPosition } from '#event-store';
import type { Sql } from '#kernel';
import { untilVisible } from '#test/tampered-log';

/** The ids that streams give the events after one, by the order of the log, asked of the table itself. */
export async function eventIdsAfter(sql: Sql, after: LogPosition): Promise<LogPosition[]> {
  const rows = await sql.query<{ id: LogPosition }>(
    `select transaction_id || ':' || global_position as id from brickyard.event
     where (transaction_id, global_position) > (split_part($1, ':', 1)::xid8, split_part($1, ':', 2)::bigint)
     order by transaction_id, global_position`,
    [after],
  );
  return rows.map(({ id }) => id);
}

/** The last event, once followers see all that there are. `0:0` where there is none. */
export async function settledEnd(sql: Sql): Promise<LogPosition> {
  await untilVisible(sql);
  return (await eventIdsAfter(sql, '0:0' as LogPosition)).at(-1) ?? ('0:0' as LogPosition);
}
