import type { NodeState } from '#domain';
import type { Sql } from '#kernel';
import type { ClusterView, DeviceView, NodeView, NodeWithDevices } from '../queries.js';
import { visibleVolume } from './volumes.js';

// Ids and names are collated "C" in the tables: order by them is byte order.

const bricksOfDevice = `coalesce(
  (select jsonb_agg(b.doc order by b.id) from read_model.brick b where b.device_id = d.id), '[]')`;

export async function clusterIds(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ id: string }>('select id from read_model.cluster order by id');
  return rows.map(({ id }) => id);
}

export async function cluster(sql: Sql, id: string): Promise<ClusterView | null> {
  const [row] = await sql.query<ClusterView>(
    `select c.doc as cluster,
       coalesce((select json_agg(n.id order by n.id) from read_model.node n
                 where n.cluster_id = c.id and n.status <> 'adding'), '[]') as "nodeIds",
       coalesce((select json_agg(v.id order by v.id) from read_model.volume v
                 where v.cluster_id = c.id and ${visibleVolume('v')}), '[]') as "volumeIds"
     from read_model.cluster c where c.id = $1`,
    [id],
  );
  return row ?? null;
}

export async function node(sql: Sql, id: string): Promise<NodeView | null> {
  const [row] = await sql.query<NodeView>(
    `select n.doc as node,
       coalesce((select jsonb_agg(jsonb_build_object('device', d.doc, 'bricks', ${bricksOfDevice}) order by d.id)
                 from read_model.device d where d.node_id = n.id and d.status <> 'adding'), '[]') as devices
     from read_model.node n where n.id = $1 and n.status <> 'adding'`,
    [id],
  );
  return row ?? null;
}

export async function device(sql: Sql, id: string): Promise<DeviceView | null> {
  const [row] = await sql.query<DeviceView>(
    `select d.doc as device, ${bricksOfDevice} as bricks
     from read_model.device d where d.id = $1 and d.status <> 'adding'`,
    [id],
  );
  return row ?? null;
}

export async function clusterNodes(sql: Sql, clusterId: string): Promise<NodeWithDevices[]> {
  return await sql.query<NodeWithDevices>(
    `select n.doc as node,
       coalesce((select jsonb_agg(jsonb_build_object('device', d.doc, 'version', d.version) order by d.id)
                 from read_model.device d where d.node_id = n.id and d.status = 'active'), '[]') as devices
     from read_model.node n where n.cluster_id = $1 and n.status = 'active'
     order by n.id`,
    [clusterId],
  );
}

export async function clusterMembers(sql: Sql, clusterId: string): Promise<NodeState[]> {
  const rows = await sql.query<{ node: NodeState }>(
    `select doc as node from read_model.node where cluster_id = $1 and status in ('active', 'deleting') order by id`,
    [clusterId],
  );
  return rows.map(({ node: member }) => member);
}

export async function hostnameOwner(sql: Sql, kind: string, name: string): Promise<string | null> {
  const [row] = await sql.query<{ node_id: string }>(
    'select node_id from read_model.hostname where kind = $1 and name = $2',
    [kind, name],
  );
  return row?.node_id ?? null;
}
