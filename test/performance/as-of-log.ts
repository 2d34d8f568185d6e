import type { Database } from '#kernel';
import { idOf } from './audit-log.js';

const CLUSTERS = 4;
const NODES = 40;
const DEVICES = 400;
/** Of a creation or a deletion: what its operation's stream has. */
const OPERATION_EVENTS = 13;
/** A volume of three bricks: its own two events, one on each device, and those of the operation. */
const EVENTS_PER_CHANGE = 2 + 3 + OPERATION_EVENTS;
const DEVICE_KIB = 4_000_000_000;
const BRICK_KIB = 1_048_576;

/** Every object of the site; then volumes are created one after the other, and each is deleted when so many have come after it. */
export interface PastLog {
  readonly volumes: number;
  readonly alive: number;
}

/** How many volumes make so many events. */
export function pastLog(events: number, alive: number): PastLog {
  return { volumes: Math.floor((events / EVENTS_PER_CHANGE + alive) / 2), alive };
}

export const changesOf = ({ volumes, alive }: PastLog): number => 2 * volumes - alive;

/** When a change was made. */
export function changedAt(nth: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + nth * 1000);
}

export const deviceIds = Array.from({ length: DEVICES }, (_, nth) => idOf('device', nth));

const columns = `transaction_id, stream_kind, stream_id, stream_version, event_id, command_id, type, schema_version, data, actor,
  issuer, request_id, correlation_id, recorded_at`;
const rest = (at: string): string =>
  `'person', 'user', 'request', 'request', timestamptz '2026-01-01T00:00:00Z' + ${at} * interval '1 s'`;

const site = `
with e as (
  select 0 as nth, 'cluster' as kind, md5('cluster-' || n) as id, 1 as version, 'ClusterCreated' as type,
    jsonb_build_object('clusterId', md5('cluster-' || n), 'file', true, 'block', true) as data
  from generate_series(0, ${CLUSTERS - 1}) n
  union all
  select 1, 'node', md5('node-' || n), t.version, t.type, t.data from generate_series(0, ${NODES - 1}) n cross join lateral (values
    (1, 'NodeAddAccepted', jsonb_build_object('nodeId', md5('node-' || n), 'clusterId', md5('cluster-' || n % ${CLUSTERS}),
      'zone', n % 3, 'manageHostnames', jsonb_build_array('m' || n), 'storageHostnames', jsonb_build_array('s' || n),
      'tags', '{}'::jsonb, 'operationId', 'o')),
    (2, 'NodeAdded', '{"operationId": "o"}')) t (version, type, data)
  union all
  select 2, 'device', md5('device-' || n), t.version, t.type, t.data from generate_series(0, ${DEVICES - 1}) n cross join lateral (values
    (1, 'DeviceAddAccepted', jsonb_build_object('deviceId', md5('device-' || n), 'nodeId', md5('node-' || n % ${NODES}),
      'clusterId', md5('cluster-' || n % ${CLUSTERS}), 'name', '/dev/sd' || n, 'tags', '{}'::jsonb, 'destroyData', false, 'operationId', 'o')),
    (2, 'DeviceAdded', jsonb_build_object('totalKiB', ${DEVICE_KIB}::bigint, 'freeKiB', ${DEVICE_KIB}::bigint, 'extentSizeKiB', 4096,
      'pvUuid', 'pv', 'paths', jsonb_build_array('/dev/sd' || n), 'operationId', 'o'))) t (version, type, data)
), streams as (
  insert into brickyard.event_stream (kind, id, version, last_transaction_id)
  select kind, id, max(version), pg_current_xact_id() from e group by kind, id
)
insert into brickyard.event (${columns})
select pg_current_xact_id(), kind, id, version, gen_random_uuid(), 'c', type, 1, data, ${rest('-1')}
from e order by nth, id, version`;

/** $1: how many volumes, $2: how many of them live at a time. */
const changes = `
with change as (
  select n, n as at, true as made from generate_series(0, $1::int - 1) n
  union all select n, n + $2::int, false from generate_series(0, $1::int - $2::int - 1) n
), brick as (
  select c.n, c.at, c.made, jsonb_build_object('brickId', md5('brick-' || (c.n * 3 + k)), 'volumeId', md5('volume-' || c.n),
      'deviceId', md5('device-' || (c.n * 3 + k) % ${DEVICES}), 'nodeId', md5('node-' || (c.n * 3 + k) % ${NODES}),
      'sizeKiB', ${BRICK_KIB}, 'thinPoolKiB', ${BRICK_KIB}, 'poolMetadataKiB', 8192,
      'path', '/var/lib/heketi/mounts/vg_x/brick_' || md5('brick-' || (c.n * 3 + k)) || '/brick') as brick
  from change c cross join generate_series(0, 2) k
), e as (
  select c.at, c.made, 'volume' as kind, md5('volume-' || c.n) as id, t.version + case when c.made then 0 else 2 end as version, t.type, t.data
  from (select n, at, made, jsonb_agg(brick) as bricks from brick group by n, at, made) c cross join lateral (values
    (1, case when c.made then 'VolumeCreateAccepted' else 'VolumeDeleteAccepted' end, case when c.made then
      jsonb_build_object('volumeId', md5('volume-' || c.n), 'clusterId', md5('cluster-0'), 'name', 'vol_' || c.n, 'sizeGiB', 1,
        'durability', '{"type": "replicate", "replica": 3}'::jsonb, 'gid', 0, 'glusterVolumeOptions', '[]'::jsonb,
        'durabilityAsSent', '{"replica": 3, "data": 0, "redundancy": 0}'::jsonb, 'block', false,
        'snapshot', '{"enable": false, "factor": 1}'::jsonb, 'operationId', 'o', 'brickSets', jsonb_build_array(c.bricks))
      else '{"operationId": "o"}'::jsonb end),
    (2, case when c.made then 'VolumeCreated' else 'VolumeDeleted' end, '{"operationId": "o"}')) t (version, type, data)
  union all
  select at, made, 'device', brick->>'deviceId',
    2 + row_number() over (partition by brick->>'deviceId' order by at, made, brick->>'brickId'),
    case when made then 'BrickReserved' else 'BrickReleased' end, brick from brick
  union all
  select at, made, 'operation', md5('operation-' || n || made), s, 'StepSucceeded',
    jsonb_build_object('phase', 'bricks', 'step', 's', 'observed', null, 'commands', jsonb_build_array(jsonb_build_object(
      'node', 'n', 'command', repeat('lvcreate --thin vg_x/tp_x ', 20), 'exitCode', 0, 'durationMs', 7)))
  from change cross join generate_series(1, ${OPERATION_EVENTS}) s
), streams as (
  insert into brickyard.event_stream (kind, id, version, last_transaction_id)
  select kind, id, max(version), pg_current_xact_id() from e group by kind, id
  on conflict (kind, id) do update set version = excluded.version
)
insert into brickyard.event (${columns})
select pg_current_xact_id(), kind, id, version, gen_random_uuid(), 'c', type, 1, data, ${rest('at')}
from e order by at, made, kind, id, version`;

/** Fills an empty log. What events are searched by is left out: nothing here looks at it. */
export async function fillPast(owner: Database, { volumes, alive }: PastLog): Promise<void> {
  await owner.query('alter table brickyard.event disable trigger event_objects');
  await owner.query(site);
  await owner.query(changes, [volumes, alive]);
  await owner.query('alter table brickyard.event enable trigger event_objects');
  await owner.query('analyze');
}
