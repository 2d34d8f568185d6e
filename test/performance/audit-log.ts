import { createHash } from 'node:crypto';
import type { Database } from '#kernel';

/** Volumes are created one after the other, each by 18 events; four clusters with ten nodes of ten devices each. */
export const EVENTS_PER_VOLUME = 18;
const CLUSTERS = 4;
const NODES = 40;
const DEVICES = 400;
const VOLUMES_AT_ONCE = 1_000;

/** Of an object of the log: the same number, the same id. */
export function idOf(kind: 'cluster' | 'node' | 'device' | 'volume' | 'operation' | 'brick', nth: number): string {
  return createHash('md5').update(`${kind}-${nth.toString()}`).digest('hex');
}

/** The event streams that all volumes share. */
const shared = `
insert into brickyard.event_stream (kind, id, version, last_transaction_id)
select 'device', md5('device-' || n), 10000000, pg_current_xact_id() from generate_series(0, ${DEVICES - 1}) n`;

/**
 * $1, $2: the first and last volume. As API and workers append them: five events of the API with a person, a request and an
 * address, the others of a worker; five events a second.
 */
const volumes = `
with v as materialized (
  select n, md5('volume-' || n) as volume, md5('operation-' || n) as operation, md5('cluster-' || n % ${CLUSTERS}) as cluster,
    'person-' || (n * n) % 193 as person, md5('request-' || n) as request, '10.0.' || n % 7 || '.' || n % 31 as address
  from generate_series($1::int, $2::int) n
), brick as materialized (
  select v.n, k, md5('brick-' || (v.n * 3 + k)) as brick, md5('device-' || (v.n * 3 + k) % ${DEVICES}) as device,
    md5('node-' || (v.n * 3 + k) % ${NODES}) as node
  from v cross join generate_series(0, 2) k
), streams as (
  insert into brickyard.event_stream (kind, id, version, last_transaction_id)
  select 'operation', operation, 13, pg_current_xact_id() from v
  union all select 'volume', volume, 2, pg_current_xact_id() from v
), e as (
  select v.n, t.nth, t.kind, t.id, t.version, t.type, t.data from v cross join lateral (
    values
      (0, 'operation', operation, 1, 'OperationAccepted', jsonb_build_object('operationId', operation, 'kind', 'volume-create',
        'subjectKind', 'volume', 'subjectId', volume, 'clusterId', cluster, 'requestedBy', 'user', 'resources', '[]'::jsonb,
        'payload', '{}'::jsonb)),
      (1, 'volume', volume, 1, 'VolumeCreateAccepted', jsonb_build_object('volumeId', volume, 'clusterId', cluster,
        'operationId', operation, 'name', 'vol_' || volume, 'sizeGiB', 100, 'durability', '{"type": "replicate", "replica": 3}'::jsonb,
        'brickSets', jsonb_build_array((
          select jsonb_agg(jsonb_build_object('brickId', b.brick, 'deviceId', b.device, 'nodeId', b.node, 'volumeId', v.volume))
          from brick b where b.n = v.n)))),
      (5, 'operation', operation, 2, 'OperationStarted', jsonb_build_object('worker', 'worker-1', 'attempt', 1)),
      (6, 'operation', operation, 3, 'PhaseStarted', '{"phase": "bricks", "steps": ["a", "b", "c"]}'),
      (17, 'volume', volume, 2, 'VolumeCreated', jsonb_build_object('operationId', operation))
  ) t (nth, kind, id, version, type, data)
  union all
  select b.n, 2 + b.k, 'device', b.device, b.n + 10, 'BrickReserved', jsonb_build_object('brickId', b.brick, 'deviceId', b.device,
    'nodeId', b.node, 'volumeId', v.volume, 'sizeKiB', 104857600, 'thinPoolKiB', 104857600, 'poolMetadataKiB', 524288, 'path', '/var/lib/heketi/mounts/vg_' || b.device)
  from brick b join v using (n)
  union all
  select v.n, 7 + s, 'operation', v.operation, 4 + s, case when s = 9 then 'OperationSucceeded' else 'StepSucceeded' end,
    jsonb_build_object('phase', 'bricks', 'step', 'step-' || s, 'observed', null, 'commands', jsonb_build_array(
      jsonb_build_object('node', 'node-1', 'command', repeat('lvcreate --thin vg_x/tp_x ', 20), 'exitCode', 0, 'durationMs', 7)))
  from v cross join generate_series(0, 9) s
)
insert into brickyard.event (transaction_id, stream_kind, stream_id, stream_version, event_id, command_id, type, schema_version,
  data, actor, issuer, request_id, source_address, user_agent, correlation_id, recorded_at)
select pg_current_xact_id(), e.kind, e.id, e.version, gen_random_uuid(), v.request, e.type, 1, e.data,
  case when nth < 5 then v.person else 'worker-' || v.n % 3 end, case when nth < 5 then 'user' else 'brickyard' end,
  case when nth < 5 then v.request else v.operation end, case when nth < 5 then v.address end, null, v.operation,
  timestamptz '2026-01-01T00:00:00Z' + (e.n * ${EVENTS_PER_VOLUME} + nth) * interval '0.2 s'
from e join v using (n) order by e.n, e.nth`;

/** When an event of the log was recorded, by its number. */
export function recordedAt(nth: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + nth * 200);
}

/** Fills an empty log. */
export async function fillLog(owner: Database, volumeCount: number): Promise<void> {
  await owner.query(shared);
  for (let first = 0; first < volumeCount; first += VOLUMES_AT_ONCE) {
    await owner.query(volumes, [first, Math.min(first + VOLUMES_AT_ONCE, volumeCount) - 1]);
  }
}

/** One volume more. */
export async function addVolume(owner: Database, nth: number): Promise<void> {
  await owner.query(volumes, [nth, nth]);
}
