import type { Sql } from '#kernel';
import type { MetricsView } from '../queries.js';
import { unfinished } from './operations.js';
import { visibleVolume } from './volumes.js';

export async function metrics(sql: Sql): Promise<MetricsView> {
  const clusters = await sql.query<MetricsView['clusters'][number]>(
    `select c.id as "clusterId",
       (select count(*)::integer from read_model.volume v
        where v.cluster_id = c.id and ${visibleVolume('v')}) as "volumeCount",
       coalesce((select jsonb_agg(jsonb_build_object('node', n.doc, 'devices', coalesce(
                   (select jsonb_agg(d.doc order by d.id) from read_model.device d
                    where d.node_id = n.id and d.status <> 'adding'), '[]')) order by n.id)
                 from read_model.node n where n.cluster_id = c.id and n.status <> 'adding'), '[]') as nodes
     from read_model.cluster c order by c.id`,
  );
  const operations = await sql.query<MetricsView['operations'][number]>(
    `select kind, status, count(*)::integer as count from read_model.operation where ${unfinished}
     group by kind, status order by kind, status`,
  );
  return { clusters, operations };
}
