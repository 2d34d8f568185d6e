import { isDeepStrictEqual } from 'node:util';
import type { Sql } from '#kernel';
import type { TableName } from '../projection/rows.js';
import { readModelTables } from '../tables.js';
import { SHADOW } from './shadow.js';

/** A row that the log does not account for as it is. */
export interface RowDifference {
  readonly what: 'row';
  readonly table: TableName;
  /** The primary key; `kind/name` for hostnames. */
  readonly id: string;
  /** `live`: only the read model has it; `log`: only the log gives it; `both`: they differ in `keys`. */
  readonly side: 'live' | 'log' | 'both';
  /** Columns, and first-level keys of the state as `doc.KEY`. */
  readonly keys: readonly string[];
}

interface Pair {
  readonly id: string;
  readonly side: RowDifference['side'];
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly log: Readonly<Record<string, unknown>> | null;
}

/** Compares every table of the live read model with the shadow's. Nobody may be writing. */
export async function differingRows(sql: Sql): Promise<RowDifference[]> {
  const differences: RowDifference[] = [];
  for (const table of readModelTables) {
    const pairs = await sql.query<Pair>(differingPairs(table));
    for (const { id, side, live, log } of pairs) {
      differences.push({ what: 'row', table, id, side, keys: differingKeys(live ?? {}, log ?? {}) });
    }
  }
  return differences;
}

/**
 * Rows come as JSON only where both sides have one: a read model that was lost altogether must fit into memory. They are compared
 * as JSON too: a database that has gone through several releases may have its columns in another order than a new table.
 */
function differingPairs(table: TableName): string {
  const key = table === 'hostname' ? ['kind', 'name'] : ['id'];
  const both = key.map((column) => `live.${column} is not null and log.${column} is not null`).join(' and ');
  return `
    select ${key.map((column) => `coalesce(live.${column}, log.${column})`).join(" || '/' || ")} as id,
      case when ${both} then 'both' when live.${key[0] ?? ''} is not null then 'live' else 'log' end as side,
      case when ${both} then to_jsonb(live) end as live,
      case when ${both} then to_jsonb(log) end as log
    from read_model.${table} live full join ${SHADOW}.${table} log using (${key.join(', ')})
    where to_jsonb(live) is distinct from to_jsonb(log)
    order by 1`;
}

function differingKeys(
  live: Readonly<Record<string, unknown>>,
  log: Readonly<Record<string, unknown>>,
  prefix = '',
): string[] {
  const keys = [...new Set([...Object.keys(live), ...Object.keys(log)])].sort();
  return keys.flatMap((key) => {
    const [one, other] = [live[key], log[key]];
    if (isDeepStrictEqual(one, other)) return [];
    const name = `${prefix}${key}`;
    return key === 'doc' && isRecord(one) && isRecord(other) ? differingKeys(one, other, 'doc.') : [name];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
