import type { OperationKind, OperationState } from '#domain';
import type { Sql } from '#kernel';
import type { UnfinishedOperation } from '../queries.js';

/** Word for word the condition of the partial index operation_open. */
export const unfinished = "status not in ('succeeded', 'failed')";

export async function unfinishedOperations(
  sql: Sql,
  limit: number,
  after: string | null,
): Promise<UnfinishedOperation[]> {
  // Not the whole states: with the steps of an operation they are large, and this is asked twice a second.
  return await sql.query<UnfinishedOperation>(
    `select id as "operationId", resources, (doc->>'attempt')::integer as attempt, accepted_at as "acceptedAt"
     from read_model.operation
     where ${unfinished} and ($2::text is null
       or (accepted_at, id) > (select a.accepted_at, a.id from read_model.operation a where a.id = $2))
     order by accepted_at, id limit $1`,
    [limit, after],
  );
}

/** Kinds that workers start by themselves. They take nobody's place: a node that stays away can keep them for ever. */
export const background: readonly OperationKind[] = ['cleanup'];

export async function inFlightCount(sql: Sql, limit: number): Promise<number> {
  const [row] = await sql.query<{ count: string }>(
    `select count(*) from (
       select from read_model.operation where ${unfinished} and kind <> all($1) limit $2) as counted`,
    [background, limit],
  );
  return Number(row?.count ?? 0);
}

export async function operationInFlight(sql: Sql, requestedBy: string, requestDigest: string): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(
    `select id from read_model.operation
     where request_digest = $1 and ${unfinished} and doc->>'requestedBy' = $2 order by accepted_at, id limit 1`,
    [requestDigest, requestedBy],
  );
  return row?.id ?? null;
}

export async function operationStatuses(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, OperationState['status']>> {
  const rows = await sql.query<{ id: string; status: OperationState['status'] }>(
    'select id, status from read_model.operation where id = any($1)',
    [ids],
  );
  return new Map(rows.map(({ id, status }) => [id, status]));
}
