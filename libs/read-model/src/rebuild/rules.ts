import type { Sql } from '#kernel';
import type { TableName } from '../projection/rows.js';

/** Rows that do not fit together, although each may be what the log gives. */
export interface BrokenRule {
  readonly what: 'rule';
  readonly rule: RuleName;
  readonly table: TableName;
  readonly id: string;
  readonly detail: string;
}

type RuleName = 'capacity' | 'bricks-of-volume' | 'brick-on-device' | 'subject-of-operation';

interface Rule {
  readonly name: RuleName;
  readonly table: TableName;
  /** Selects `id` and `detail` of what breaks the rule. */
  readonly query: string;
}

const rules: readonly Rule[] = [
  {
    name: 'capacity',
    table: 'device',
    query: `
      select d.id, format('total %s KiB, free %s, used %s, %s bricks; its bricks use %s KiB, %s of them',
          d.total, d.free, d.used, d.bricks, coalesce(b.used, 0), coalesce(b.bricks, 0)) as detail
      from (select id, (doc->>'totalKiB')::numeric as total, (doc->>'freeKiB')::numeric as free,
              (doc->>'usedKiB')::numeric as used, (doc->>'brickCount')::numeric as bricks
            from read_model.device) d
      left join (select device_id, count(*) as bricks,
                   sum((doc->>'thinPoolKiB')::numeric + (doc->>'poolMetadataKiB')::numeric) as used
                 from read_model.brick group by device_id) b on b.device_id = d.id
      where (d.free >= 0 and d.free + d.used = d.total and d.used = coalesce(b.used, 0)
             and d.bricks = coalesce(b.bricks, 0)) is not true`,
  },
  {
    name: 'bricks-of-volume',
    table: 'brick',
    query: `
      select coalesce(b.id, v.brick_id) as id,
        case when v.brick_id is null then format('volume %s does not have it', b.volume_id)
             else format('volume %s has it on device %s, no such brick is reserved', v.volume_id, v.device_id) end as detail
      from read_model.brick b
      full join (select v.id as volume_id, brick->>'brickId' as brick_id, brick->>'deviceId' as device_id
                 from read_model.volume v
                 cross join lateral (
                   select jsonb_path_query(v.doc, '$.brickSets[*][*]')
                   union all select jsonb_path_query(v.doc, '$.expansion.brickSets[*][*]')
                   union all select jsonb_path_query(v.doc, '$.laterExpansions[*].brickSets[*][*]')) as of_volume (brick)
                 union all
                 -- reserved until a cleanup has removed them, while the volume may have gone
                 select brick->>'volumeId', brick->>'brickId', brick->>'deviceId'
                 from read_model.operation o
                 cross join lateral jsonb_path_query(o.doc, '$.payload.bricks[*]') as owed (brick)
                 where o.kind = 'cleanup' and o.status not in ('succeeded', 'failed')) v
        on v.brick_id = b.id and v.volume_id = b.volume_id and v.device_id = b.device_id
      where b.id is null or v.brick_id is null`,
  },
  {
    name: 'brick-on-device',
    table: 'brick',
    query: `
      select b.id, format('there is no device %s on node %s', b.device_id, b.node_id) as detail
      from read_model.brick b
      where not exists (select from read_model.device d where d.id = b.device_id and d.node_id = b.node_id)`,
  },
  {
    name: 'subject-of-operation',
    table: 'operation',
    query: `
      select o.id, format('%s of %s %s, which does not exist', o.kind, o.subject_kind, o.subject_id) as detail
      from read_model.operation o
      where o.status not in ('succeeded', 'failed') and o.kind <> 'cleanup' and not exists (
        select from read_model.node n where o.subject_kind = 'node' and n.id = o.subject_id
        union all select from read_model.device d where o.subject_kind = 'device' and d.id = o.subject_id
        union all select from read_model.volume v where o.subject_kind = 'volume' and v.id = o.subject_id)`,
  },
];

/** Checks what must hold between the rows of the live read model. Nobody may be writing. */
export async function brokenRules(sql: Sql): Promise<BrokenRule[]> {
  const broken: BrokenRule[] = [];
  for (const { name, table, query } of rules) {
    const rows = await sql.query<{ id: string; detail: string }>(`${query} order by 1, 2`);
    for (const { id, detail } of rows) broken.push({ what: 'rule', rule: name, table, id, detail });
  }
  return broken;
}
