import type { OperationKind } from '#domain';
import type { Sql } from '#kernel';
import type { OperationReference } from '../difference.js';
import type { Finding } from '../finding.js';

/** From when to when something was: one that has not ended is still there. */
interface Life {
  readonly made: OperationReference | null;
  readonly ended: OperationReference | null;
  /** Where it belongs, in words. */
  readonly place: string;
}

/** What the log says of one object, gone ones included. */
export interface ObjectHistory extends Life {
  readonly id: string;
  readonly name: string;
}

export interface BrickHistory extends Life {
  readonly volumeId: string;
}

/** All that findings need to know of the log. Ids that it has never had are not in it. */
export interface History {
  readonly volumes: ReadonlyMap<string, ObjectHistory>;
  readonly devices: ReadonlyMap<string, ObjectHistory>;
  readonly nodes: ReadonlyMap<string, ObjectHistory>;
  readonly bricks: ReadonlyMap<string, BrickHistory>;
  /** Device ids by the UUID of the physical volume, and by `node id/path` for set-ups that failed before it was known. */
  readonly devicesByDisk: ReadonlyMap<string, string>;
  /** Node ids by storage hostname; the latest that had it. */
  readonly nodesByHost: ReadonlyMap<string, string>;
}

interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly operation_id: string;
  readonly recorded_at: Date;
}

/** The events in which an object begins and ends. */
const LIFE = {
  volume: ['VolumeCreateAccepted', 'VolumeCreateFailed', 'VolumeDeleted'],
  device: ['DeviceAddAccepted', 'DeviceAddFailed', 'DeviceDeleted'],
  node: ['NodeAddAccepted', 'NodeAddFailed', 'NodeDeleted'],
} as const;

const NAMES: Readonly<Record<keyof typeof LIFE, (data: EventRow['data']) => unknown>> = {
  volume: ({ name }) => name,
  device: ({ name }) => name,
  node: ({ manageHostnames }) => (Array.isArray(manageHostnames) ? (manageHostnames[0] as unknown) : undefined),
};

const PLACES: Readonly<Record<keyof typeof LIFE, (data: EventRow['data']) => string>> = {
  volume: ({ name, clusterId }) => `volume ${String(name)} of cluster ${String(clusterId)}`,
  device: ({ nodeId }) => `on node ${String(nodeId)}`,
  node: ({ clusterId }) => `in cluster ${String(clusterId)}`,
};

const BEGINS = /Accepted$|^BrickReserved$/;

/** By stream: the primary key of the log leads to the events, whatever its length. */
const eventsOf = `
select stream_id as id, type, data, correlation_id as operation_id, recorded_at
from brickyard.event
where stream_kind = $1 and stream_id = any($2) and type = any($3)`;

const brickEvents = `${eventsOf} and data->>'brickId' = any($4) order by stream_id, stream_version`;

/**
 * Devices are accepted and measured in the first events of their streams. One that was never measured is looked for where it
 * was to be.
 */
const disks = `
select s.id, max(e.data->>'pvUuid') as pv_uuid, max(e.data->>'nodeId') || max(e.data->>'name') as place
from brickyard.event_stream s
join brickyard.event e on e.stream_kind = s.kind and e.stream_id = s.id and e.stream_version <= 3
where s.kind = 'device'
group by s.id
having max(e.data->>'pvUuid') = any($1) or (max(e.data->>'pvUuid') is null
  and max(e.data->>'nodeId') || max(e.data->>'name') = any($2))`;

const hosts = `
select e.stream_id as id, h.name from brickyard.event e
cross join lateral jsonb_array_elements_text(e.data->'storageHostnames') as h (name)
where e.stream_kind = 'node' and e.type = 'NodeAddAccepted' and h.name = any($1)
order by e.recorded_at`;

const present = <T>(values: readonly (T | undefined)[]): T[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

/** Looks up what the findings are about, in a handful of statements. */
export async function readHistory(sql: Sql, findings: readonly Finding[]): Promise<History> {
  const about = findings.map((finding) => finding.about);
  const devicesByDisk = await readDisks(sql, findings);
  const nodesByHost = await readHosts(sql, present(about.map(({ storageHost }) => storageHost)));
  const deviceIds = present([...about.map(({ deviceId }) => deviceId), ...devicesByDisk.values()]);
  const brickRows = await readBricks(sql, deviceIds, present(about.map(({ brickId }) => brickId)));
  const volumeIds = present([
    ...about.map(({ volumeId }) => volumeId),
    ...brickRows.map(({ data }) => textOf(data['volumeId'])),
  ]);
  const rows = {
    volume: await readLives(sql, 'volume', volumeIds),
    device: await readLives(sql, 'device', deviceIds),
    node: await readLives(sql, 'node', present([...about.map(({ nodeId }) => nodeId), ...nodesByHost.values()])),
  };
  const kinds = await readKinds(sql, [...brickRows, ...Object.values(rows).flat()]);
  return {
    volumes: lives('volume', rows.volume, kinds),
    devices: lives('device', rows.device, kinds),
    nodes: lives('node', rows.node, kinds),
    bricks: brickLives(brickRows, kinds),
    devicesByDisk,
    nodesByHost,
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function readDisks(sql: Sql, findings: readonly Finding[]): Promise<Map<string, string>> {
  const unnamed = findings.filter(({ about }) => about.pvUuid !== undefined);
  if (unnamed.length === 0) return new Map();
  const uuids = unnamed.map(({ about }) => about.pvUuid ?? '');
  const places = unnamed.map(diskPlace);
  const rows = await sql.query<{ id: string; pv_uuid: string | null; place: string }>(disks, [uuids, places]);
  return new Map(rows.map(({ id, pv_uuid, place }) => [pv_uuid ?? place, id]));
}

/** Where a disk is, for the set-ups whose physical volume never became known. */
export const diskPlace = ({ nodeId, what }: Pick<Finding, 'nodeId' | 'what'>): string => `${nodeId}${what}`;

async function readHosts(sql: Sql, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await sql.query<{ id: string; name: string }>(hosts, [names]);
  return new Map(rows.map(({ id, name }) => [name, id]));
}

async function readBricks(sql: Sql, deviceIds: string[], brickIds: string[]): Promise<EventRow[]> {
  if (brickIds.length === 0) return [];
  return sql.query<EventRow>(brickEvents, ['device', deviceIds, ['BrickReserved', 'BrickReleased'], brickIds]);
}

async function readLives(sql: Sql, kind: keyof typeof LIFE, ids: string[]): Promise<EventRow[]> {
  if (ids.length === 0) return [];
  return sql.query<EventRow>(`${eventsOf} order by stream_id, stream_version`, [kind, ids, LIFE[kind]]);
}

type Kinds = ReadonlyMap<string, OperationKind>;

async function readKinds(sql: Sql, rows: readonly EventRow[]): Promise<Kinds> {
  const ids = [...new Set(rows.map(({ operation_id }) => operation_id))];
  const found = await sql.query<{ id: string; kind: OperationKind }>(
    'select id, kind from read_model.operation where id = any($1)',
    [ids],
  );
  return new Map(found.map(({ id, kind }) => [id, kind]));
}

function reference(row: EventRow | undefined, kinds: Kinds): OperationReference | null {
  if (row === undefined) return null;
  return { operationId: row.operation_id, kind: kinds.get(row.operation_id) ?? null, at: row.recorded_at };
}

function lives(kind: keyof typeof LIFE, rows: readonly EventRow[], kinds: Kinds): Map<string, ObjectHistory> {
  const found = new Map<string, ObjectHistory>();
  for (const row of rows) {
    const before = found.get(row.id);
    if (BEGINS.test(row.type)) {
      const name = textOf(NAMES[kind](row.data)) ?? row.id;
      found.set(row.id, { id: row.id, name, made: reference(row, kinds), ended: null, place: PLACES[kind](row.data) });
    } else if (before !== undefined) {
      found.set(row.id, { ...before, ended: reference(row, kinds) });
    }
  }
  return found;
}

function brickLives(rows: readonly EventRow[], kinds: Kinds): Map<string, BrickHistory> {
  const found = new Map<string, BrickHistory>();
  for (const row of rows) {
    const brickId = textOf(row.data['brickId']) ?? '';
    const volumeId = textOf(row.data['volumeId']) ?? '';
    const before = found.get(brickId);
    if (BEGINS.test(row.type)) {
      found.set(brickId, { volumeId, made: reference(row, kinds), ended: null, place: `on device ${row.id}` });
    } else if (before !== undefined) {
      found.set(brickId, { ...before, ended: reference(row, kinds) });
    }
  }
  return found;
}
