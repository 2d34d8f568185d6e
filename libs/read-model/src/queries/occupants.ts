import { noContents } from '#domain';
import type { Sql } from '#kernel';
import type { Occupants } from '../queries.js';

/** How many are named. */
const SHOWN = 10;

const volumesWithBricks = (column: string): string =>
  `select distinct b.volume_id as id from read_model.brick b where b.${column} = $1`;

const members: Readonly<Record<'cluster' | 'node' | 'device', Partial<Record<keyof Occupants, string>>>> = {
  cluster: {
    nodes: 'select n.id from read_model.node n where n.cluster_id = $1',
    volumes: "select v.id from read_model.volume v where v.cluster_id = $1 and v.status <> 'deleted'",
  },
  node: {
    devices: 'select d.id from read_model.device d where d.node_id = $1',
    volumes: volumesWithBricks('node_id'),
  },
  device: { volumes: volumesWithBricks('device_id') },
};

/** See Queries.occupants. */
export async function occupants(sql: Sql, kind: keyof typeof members, id: string): Promise<Occupants> {
  const columns = Object.entries(members[kind]).map(
    ([name, found]) => `json_build_object(
      'count', (select count(*) from (${found}) counted),
      'ids', coalesce((select json_agg(named.id order by named.id)
                       from (${found} order by id limit ${SHOWN}) named), '[]')) as ${name}`,
  );
  const [row] = await sql.query<Partial<Occupants>>(`select ${columns.join(', ')}`, [id]);
  return { nodes: noContents, devices: noContents, volumes: noContents, ...row };
}
