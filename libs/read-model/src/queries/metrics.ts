import type { Sql } from '#kernel';
import type { MetricsView } from '../queries.js';
import { background, unfinished } from './operations.js';
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
  const [lanes] = await sql.query<MetricsView['lanes']>(
    `select count(*)::integer as waiting, coalesce(max(behind), 0)::integer as longest from (
       select count(*) - 1 as behind from read_model.operation, unnest(resources) as lane (key)
       where ${unfinished} and kind <> all($1) group by lane.key) as lane where behind > 0`,
    [background],
  );
  return { clusters, operations, lanes: lanes ?? { waiting: 0, longest: 0 } };
}
