import type { BrickReservation, StateOf } from '#domain';
import type { Sql } from '#kernel';
import { readRow } from '../object-store.js';
import type { ObjectKind, ObjectPage, Objects, TopologyStates } from './objects.js';

interface Row<State> {
  readonly id: string;
  readonly doc: State;
}

/** @param rows one more than the limit where there are more */
function pageOf<State>(rows: readonly Row<State>[], limit: number): ObjectPage<State> {
  const next = rows.length > limit ? (rows[limit - 1]?.id ?? null) : null;
  return { states: rows.slice(0, limit).map(({ doc }) => doc), next };
}

/** Objects as they are: the rows of the read model, which are the folded states. One statement for each question. */
export class LiveObjects implements Objects {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async get<K extends ObjectKind>(kind: K, id: string): Promise<StateOf<K> | null> {
    return (await readRow(this.#sql, kind, id))?.state ?? null;
  }

  async page<K extends ObjectKind>(kind: K, after: string | null, limit: number): Promise<ObjectPage<StateOf<K>>> {
    const rows = await this.#sql.query<Row<StateOf<K>>>(
      `select id, doc from read_model.${kind} where id > $1 order by id limit $2`,
      [after ?? '', limit + 1],
    );
    return pageOf(rows, limit);
  }

  async bricks(deviceId: string, after: string | null, limit: number): Promise<ObjectPage<BrickReservation>> {
    const rows = await this.#sql.query<Row<BrickReservation>>(
      'select id, doc from read_model.brick where device_id = $1 and id > $2 order by id limit $3',
      [deviceId, after ?? '', limit + 1],
    );
    return pageOf(rows, limit);
  }

  async topology(): Promise<TopologyStates> {
    const all = (table: ObjectKind): string =>
      `(select coalesce(jsonb_agg(doc order by id), '[]') from read_model.${table}) as ${table}s`;
    // One statement, so one snapshot.
    const [row] = await this.#sql.query<TopologyStates>(`select ${all('cluster')}, ${all('node')}, ${all('device')}`);
    if (row === undefined) throw new Error('Postgres gave no row for a select without a table');
    return row;
  }
}
