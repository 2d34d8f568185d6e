import type { Sql } from '#kernel';
import type { LaneWait } from '../queries.js';
import { background, unfinished } from './operations.js';

// The order of a lane is that of the log: requests for one resource are accepted under the lock of its cluster, one after the
// other, and so get rising positions. A clock could be set back.
export const accepted = (operation: string, event: string): string =>
  `${event}.stream_kind = 'operation' and ${event}.stream_id = ${operation}.id and ${event}.stream_version = 1`;

/** See Queries.mayStart. One probe of an index per operation, and one row per older operation in its lanes. */
export async function mayStart(sql: Sql, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ id: string }>(
    `select o.id from read_model.operation o
     join brickyard.event e on ${accepted('o', 'e')}
     where o.id = any($1) and o.${unfinished} and not exists (
       select from read_model.operation older
       join brickyard.event oe on ${accepted('older', 'oe')}
       where older.${unfinished} and older.resources && o.resources and older.kind <> all($2)
         and oe.global_position < e.global_position)`,
    [ids, background],
  );
  return new Set(rows.map(({ id }) => id));
}

/** See Queries.waitsBehind. */
export async function waitsBehind(sql: Sql, id: string): Promise<LaneWait | null> {
  return (await allWaitBehind(sql, [id])).get(id) ?? null;
}

/**
 * The same of several; those whose turn it is, or that have ended, are left out. The first of each lane is looked for once, and
 * not for each of them: in a burst thousands wait in the same lanes.
 */
export async function allWaitBehind(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, LaneWait>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<{ id: string } & LaneWait>(
    `with wanted as materialized (
       select o.id, o.resources, e.global_position from read_model.operation o join brickyard.event e on ${accepted('o', 'e')}
       where o.id = any($1) and o.${unfinished}),
     waiting as materialized (
       select o.id, o.kind, o.status, o.resources, e.global_position
       from read_model.operation o join brickyard.event e on ${accepted('o', 'e')}
       where o.${unfinished} and o.kind <> all($2)
         and o.resources && array(select distinct unnest(resources) from wanted)),
     firsts as materialized (
       select lane.key, min(w.global_position) as global_position
       from waiting w cross join unnest(w.resources) as lane (key) group by lane.key)
     select distinct on (w.id) w.id, first.id as "operationId", first.kind, first.status, lane.key as resource
     from wanted w cross join unnest(w.resources) with ordinality as lane (key, nth)
     join firsts on firsts.key = lane.key and firsts.global_position < w.global_position
     join waiting first on first.global_position = firsts.global_position
     order by w.id, first.global_position, lane.nth`,
    [ids, background],
  );
  return new Map(rows.map(({ id, ...wait }) => [id, wait]));
}

/** See Queries.aheadInLanes. */
export async function aheadInLanes(sql: Sql, resources: readonly string[], limit: number): Promise<LaneWait[]> {
  return await sql.query<LaneWait>(
    `select o.id as "operationId", o.kind, o.status,
       (select key from unnest($1::text[]) key where key = any(o.resources) limit 1) as resource
     from read_model.operation o join brickyard.event e on ${accepted('o', 'e')}
     where o.${unfinished} and o.resources && $1::text[] and o.kind <> all($2)
     order by e.global_position limit $3`,
    [resources, background, limit],
  );
}

/** See Queries.nextInLanes. */
export async function nextInLanes(sql: Sql, resources: readonly string[]): Promise<string[]> {
  const firsts = await sql.query<{ id: string }>(
    `with waiting as materialized (
       select o.id, o.resources, e.global_position from read_model.operation o
       join brickyard.event e on ${accepted('o', 'e')}
       where o.${unfinished} and o.resources && $1::text[] and o.kind <> all($2))
     select distinct first.id from unnest($1::text[]) as lane (key)
     cross join lateral (
       select w.id from waiting w where lane.key = any(w.resources) order by w.global_position limit 1) first`,
    [resources, background],
  );
  const free = await mayStart(
    sql,
    firsts.map(({ id }) => id),
  );
  return [...free];
}
