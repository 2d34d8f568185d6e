import type { OperationState, VolumeState } from '#domain';
import type { Sql, SqlValue } from '#kernel';
import type { OperationEntry, OperationFilter, OperationPage, OperationPlace } from '../queries.js';
import { accepted, allWaitBehind } from './lanes.js';
import { unfinished } from './operations.js';

/** Operations that are looked at for one page, so that every page takes a short time, whatever is asked for. */
const LOOKED_AT = 1000;

/** See Queries.operations. It goes along one index, and looks at each operation on the way. */
export async function operationPage(
  sql: Sql,
  filter: OperationFilter,
  after: OperationPlace | null,
  limit: number,
): Promise<OperationPage> {
  const p = new Parameters();
  const along = wayOf(filter, p);
  const wanted = conditionsOf(filter, p);
  const behind =
    after === null
      ? []
      : [`(o.accepted_at, o.id) < (${p.add(after.acceptedAt)}::timestamptz, ${p.add(after.operationId)})`];
  const rows = await sql.query<{ id: string; acceptedAt: Date; wanted: boolean }>(
    `select o.id, o.accepted_at as "acceptedAt", ${wanted} as wanted
     from (select * from read_model.operation o ${where([...along, ...behind])}
           order by o.accepted_at desc, o.id desc limit ${LOOKED_AT}) o
     join brickyard.event e on ${accepted('o', 'e')}
     order by o.accepted_at desc, o.id desc`,
    p.values,
  );
  const found = rows.filter((row) => row.wanted);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : rows.length < LOOKED_AT ? undefined : rows.at(-1);
  const next = last === undefined ? null : { acceptedAt: last.acceptedAt.toISOString(), operationId: last.id };
  const entries = await operationEntries(
    sql,
    page.map(({ id }) => id),
  );
  return { entries, next };
}

/** In the order of the ids; those that there are not are left out. */
export async function operationEntries(sql: Sql, ids: readonly string[]): Promise<OperationEntry[]> {
  if (ids.length === 0) return [];
  const rows = await sql.query<{
    operation: OperationState;
    acceptedAt: Date;
    startedAt: Date | null;
    endedAt: Date | null;
    actor: string;
    issuer: string;
    requestId: string;
    volume: VolumeState | null;
  }>(
    `select o.doc as operation, o.accepted_at as "acceptedAt", e.actor, e.issuer, e.request_id as "requestId",
       (select s.recorded_at from brickyard.event s
        where s.stream_kind = 'operation' and s.stream_id = o.id and s.type = 'OperationStarted'
        order by s.stream_version limit 1) as "startedAt",
       -- Nothing follows on the end.
       case when not o.${unfinished} then (select l.recorded_at from brickyard.event l
        where l.stream_kind = 'operation' and l.stream_id = o.id and l.stream_version = o.version) end as "endedAt",
       v.doc as volume
     from unnest($1::text[]) with ordinality as wanted (id, nth)
     join read_model.operation o on o.id = wanted.id
     join brickyard.event e on ${accepted('o', 'e')}
     left join read_model.volume v on v.id = o.subject_id and o.subject_kind = 'volume' and o.${unfinished}
     order by wanted.nth`,
    [ids],
  );
  const waiting = await allWaitBehind(
    sql,
    rows.filter(({ operation }) => operation.status === 'accepted').map(({ operation }) => operation.operationId),
  );
  return rows.map(({ actor, issuer, requestId, ...entry }) => ({
    ...entry,
    requestedBy: { actor, issuer, requestId },
    waitsFor: waiting.get(entry.operation.operationId) ?? null,
  }));
}

class Parameters {
  readonly values: SqlValue[] = [];

  add(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}

/** The one of the given values that leads to the fewest operations, most often. */
function wayOf({ status, kind, subject, clusterId }: OperationFilter, p: Parameters): string[] {
  if (subject !== undefined) return [`o.subject_kind = ${p.add(subject.kind)}`, `o.subject_id = ${p.add(subject.id)}`];
  if (status !== undefined && status !== 'succeeded') return [statusIs(status)];
  if (kind !== undefined) return [`o.kind = ${p.add(kind)}`];
  if (clusterId !== undefined) return [`o.cluster_id = ${p.add(clusterId)}`];
  return [];
}

function conditionsOf({ status, kind, clusterId, actor, issuer }: OperationFilter, p: Parameters): string {
  const conditions = status === undefined ? ['true'] : [statusIs(status)];
  if (kind !== undefined) conditions.push(`o.kind = ${p.add(kind)}`);
  if (clusterId !== undefined) conditions.push(`o.cluster_id = ${p.add(clusterId)}`);
  if (actor !== undefined) conditions.push(`e.actor = ${p.add(actor)}`);
  if (issuer !== undefined) conditions.push(`e.issuer = ${p.add(issuer)}`);
  return conditions.join(' and ');
}

/** As the partial indexes have it: a parameter would hide it from them. */
function statusIs(status: NonNullable<OperationFilter['status']>): string {
  if (status === 'unfinished') return `o.${unfinished}`;
  return status === 'succeeded' || status === 'failed'
    ? `o.status = '${status}'`
    : `o.${unfinished} and o.status = '${status}'`;
}
