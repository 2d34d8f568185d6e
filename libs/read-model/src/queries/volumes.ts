import type { Sql } from '#kernel';
import type { VolumeView } from '../queries.js';

/** What Heketi lists: not what is being created or deleted. `deleted` has no rows; naming it lets the index on names serve. */
export function visibleVolume(alias: string): string {
  return `${alias}.status not in ('creating', 'deleting', 'deleted')`;
}

export async function volumeIds(sql: Sql): Promise<string[]> {
  // One JSON value: a hundred thousand rows would take several times as long to parse.
  const [row] = await sql.query<{ ids: string[] }>(
    `select coalesce(json_agg(v.id order by v.id), '[]') as ids from read_model.volume v where ${visibleVolume('v')}`,
  );
  return row?.ids ?? [];
}

export async function volume(sql: Sql, id: string): Promise<VolumeView | null> {
  const [row] = await sql.query<VolumeView>(
    `select v.doc as volume,
       coalesce((select jsonb_agg(b.doc order by b.id) from read_model.brick b where b.volume_id = v.id), '[]') as bricks,
       coalesce((select jsonb_agg(n.doc->'storageHostnames'->0 order by n.id) from read_model.node n
                 where n.cluster_id = v.cluster_id and n.status <> 'adding'), '[]') as hosts
     from read_model.volume v where v.id = $1 and ${visibleVolume('v')}`,
    [id],
  );
  return row ?? null;
}

export async function volumeNameTaken(sql: Sql, clusterId: string, name: string): Promise<boolean> {
  const rows = await sql.query(
    `select from read_model.volume where cluster_id = $1 and name = $2 and status <> 'deleted' limit 1`,
    [clusterId, name],
  );
  return rows.length > 0;
}

export async function volumeCount(sql: Sql, clusterId: string): Promise<number> {
  const [row] = await sql.query<{ count: string }>(
    `select count(*) from read_model.volume where cluster_id = $1 and status <> 'deleted'`,
    [clusterId],
  );
  return Number(row?.count ?? 0);
}
