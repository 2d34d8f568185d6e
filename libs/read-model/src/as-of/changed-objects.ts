import { type LogPosition, splitPosition } from '#event-store';
import type { Sql } from '#kernel';
import { type ObjectKind, objectKinds } from './objects.js';

/**
 * The objects whose streams grew after one place in the log and up to another, sorted by kind and id.
 * @param limit of objects; one more than that is given where there are more
 */
export async function changedObjects(
  sql: Sql,
  after: LogPosition,
  upTo: LogPosition,
  limit: number,
): Promise<{ readonly kind: ObjectKind; readonly id: string }[]> {
  const [from, to] = [splitPosition(after), splitPosition(upTo)];
  return await sql.query<{ kind: ObjectKind; id: string }>(
    `select distinct stream_kind as kind, stream_id as id from brickyard.event
     where (transaction_id, global_position) > ($1::xid8, $2::bigint)
       and (transaction_id, global_position) <= ($3::xid8, $4::bigint) and stream_kind = any($5)
     order by kind, id limit $6`,
    [from.transactionId, from.globalPosition, to.transactionId, to.globalPosition, [...objectKinds], limit + 1],
  );
}
