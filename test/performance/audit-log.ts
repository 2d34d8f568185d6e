import { createHash } from 'node:crypto';
import type { Database } from '#kernel';

/**
 * A long log as an installation makes it, for searches: uneven, because even ones hide what planners get wrong. Each volume is
 * one creation of 18 events; every fourth comes after a refused request.
 *
 * - Clusters: nearly everything is in the first; one volume of forty is in one of three others. Ten nodes of ten devices each.
 * - Actors: nine of ten requests are the provisioner's, the rest of people, few of them busy; a guest came once. Workers change
 *   with every thousand volumes, so each is frequent for a while and then never seen again.
 * - Types: a failed creation in 5,000.
 * - Times: five events a second, and from time to time 360, which is what a server on two cores does at most.
 * - Sizes: a step has 0.7 KiB, one of fifty 16 KiB.
 */
export const EVENTS_PER_VOLUME = 18.25;
const CLUSTERS = 4;
const NODES = 40;
const DEVICES = 400;
const VOLUMES_OF_WORKER = 1_000;
const VOLUMES_AT_ONCE = 20;
const VOLUMES_IN_A_TURN = 20_000;
const BURST = { from: 10_000, to: 12_500, secondsEach: 0.05 };
const SECONDS_EACH = 3.6;

/** Of an object of the log: the same number, the same id. */
export function idOf(kind: 'cluster' | 'node' | 'device' | 'volume' | 'operation' | 'brick', nth: number): string {
  return createHash('md5').update(`${kind}-${nth.toString()}`).digest('hex');
}

/** Who carried a volume's operation out. */
export const workerOf = (volume: number): string => `worker-${Math.floor(volume / VOLUMES_OF_WORKER).toString()}`;

/** Whether it was recorded in a burst. */
export const inBurst = (volume: number): boolean => {
  const turn = volume % VOLUMES_IN_A_TURN;
  return turn >= BURST.from && turn < BURST.to;
};

/** When a volume was asked for. */
export function askedAt(volume: number): Date {
  const [turns, nth] = [Math.floor(volume / VOLUMES_IN_A_TURN), volume % VOLUMES_IN_A_TURN];
  const seconds = (count: number): number => {
    const quick = Math.min(Math.max(count - BURST.from, 0), BURST.to - BURST.from);
    return (count - quick) * SECONDS_EACH + quick * BURST.secondsEach;
  };
  return new Date(Date.UTC(2026, 0, 1) + (turns * seconds(VOLUMES_IN_A_TURN) + seconds(nth)) * 1000);
}

/** The event streams that all volumes share. */
const shared = `
insert into brickyard.event_stream (kind, id, version, last_transaction_id)
select 'device', md5('device-' || n), 10000000, pg_current_xact_id() from generate_series(0, ${DEVICES - 1}) n
union all select 'request', 'process-1', 10000000, pg_current_xact_id()`;

/** $1: the first volume, $2: when each was asked for, $3: how many seconds its events take. */
const volumes = `
with v as materialized (
  select n, md5('volume-' || n) as volume, md5('operation-' || n) as operation,
    md5('cluster-' || case when n % 40 = 39 then 1 + n / 40 % ${CLUSTERS - 1} else 0 end) as cluster,
    case when n = 4321 then 'guest' when n % 10 > 0 then 'provisioner'
      else 'person-' || floor(200 * power((hashtext('p' || n) & 65535) / 65536.0, 4))::int end as person,
    md5('request-' || n) as request, case when n % 10 > 0 then '10.0.0.5' else '10.0.' || n % 7 || '.' || n % 31 end as address,
    asked::timestamptz as asked, seconds_each
  from rows from (unnest($2::timestamptz[]), unnest($3::float8[])) with ordinality as t (asked, seconds_each, nth)
  cross join lateral (select $1::int + nth::int - 1 as n) number
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
      (-1, 'request', 'process-1', n + 1, 'RequestRefused', jsonb_build_object('stage', 'door', 'method', 'DELETE',
        'path', '/volumes/' || volume, 'status', 401, 'text', 'Required authorization token not found', 'volumeId', volume)),
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
      (17, 'volume', volume, 2, case when n % 5000 = 7 then 'VolumeCreateFailed' else 'VolumeCreated' end,
        jsonb_build_object('operationId', operation))
  ) t (nth, kind, id, version, type, data)
  where nth >= 0 or n % 4 = 0
  union all
  select b.n, 2 + b.k, 'device', b.device, b.n + 10, 'BrickReserved', jsonb_build_object('brickId', b.brick, 'deviceId', b.device,
    'nodeId', b.node, 'volumeId', v.volume, 'sizeKiB', 104857600, 'thinPoolKiB', 104857600, 'poolMetadataKiB', 524288, 'path', '/var/lib/heketi/mounts/vg_' || b.device)
  from brick b join v using (n)
  union all
  select v.n, 7 + s, 'operation', v.operation, 4 + s, case when s = 9 then 'OperationSucceeded' else 'StepSucceeded' end,
    jsonb_build_object('phase', 'bricks', 'step', 'step-' || s, 'observed', null, 'commands', jsonb_build_array(
      jsonb_build_object('node', 'node-1', 'command', repeat('lvcreate --thin vg_x/tp_x ', 20), 'exitCode', 0, 'durationMs', 7,
        'stdout', case when (v.n * 10 + s) % 50 = 0 then (select string_agg(md5(v.n || '/' || l), '') from generate_series(1, 500) l)
          else '' end)))
  from v cross join generate_series(0, 9) s
)
insert into brickyard.event (transaction_id, stream_kind, stream_id, stream_version, event_id, command_id, type, schema_version,
  data, actor, issuer, request_id, source_address, user_agent, correlation_id, recorded_at)
select pg_current_xact_id(), e.kind, e.id, e.version, gen_random_uuid(), v.request, e.type, 1, e.data,
  case when nth < 0 then 'unknown' when nth < 5 then v.person else 'worker-' || v.n / ${VOLUMES_OF_WORKER} end,
  case when nth < 0 then 'none' when nth < 5 then 'user' else 'brickyard' end,
  case when nth < 0 then md5('refused-' || v.n) when nth < 5 then v.request else v.operation end,
  case when nth < 0 then '192.0.2.' || v.n % 200 when nth < 5 then v.address end, null,
  case when nth < 0 then md5('refused-' || v.n) else v.operation end,
  v.asked + (nth + 1) / 19.0 * v.seconds_each * interval '1 s'
from e join v using (n) order by e.n, e.nth`;

/** Before the first volumes. */
export async function shareStreams(owner: Database): Promise<void> {
  await owner.query(shared);
}

/** Adds volumes to the log. */
export async function addVolumes(owner: Database, first: number, end: number): Promise<void> {
  for (let from = first; from < end; from += VOLUMES_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(VOLUMES_AT_ONCE, end - from) }, (_, nth) => from + nth);
    await owner.query(volumes, [
      from,
      numbers.map((nth) => askedAt(nth).toISOString()),
      numbers.map((nth) => (inBurst(nth) ? BURST.secondsEach : SECONDS_EACH)),
    ]);
  }
}
