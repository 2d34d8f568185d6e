import type { Sql } from '#kernel';
import type { ClusterContents } from '../queries.js';
import { unfinished } from './operations.js';

export async function clusterContents(sql: Sql, id: string): Promise<ClusterContents | null> {
  const rows = (table: string, doc = 'doc'): string =>
    `coalesce((select jsonb_agg(${doc} order by id) from read_model.${table} where cluster_id = c.id), '[]') as ${table}s`;
  // One statement, so one snapshot.
  const [row] = await sql.query<ClusterContents>(
    `select c.doc as cluster, ${rows('node')}, ${rows('device')},
       ${rows('volume', "jsonb_build_object('volume', doc, 'version', version)")},
       coalesce((select jsonb_agg(b.doc order by b.id) from read_model.brick b
                 join read_model.device d on d.id = b.device_id where d.cluster_id = c.id), '[]') as bricks,
       coalesce((select jsonb_agg(o.doc order by o.id) from read_model.operation o
                 where o.${unfinished} and o.cluster_id = c.id), '[]') as operations
     from read_model.cluster c where c.id = $1`,
    [id],
  );
  return row ?? null;
}
