/**
 * What an event is about, so that all events about an object are found in the order of the log (docs/adr/0018).
 *
 * Filled by a trigger, so that what the version before appends is found as well. The trigger works with the owner's rights: the
 * application may read the table and nothing else, so nobody who holds its credentials can hide an event from a search.
 */
const table = `
create table if not exists brickyard.event_object (
  object_kind     text collate "C" not null,
  object_id       text collate "C" not null,
  transaction_id  xid8 not null,
  global_position bigint not null,
  primary key (object_kind, object_id, transaction_id, global_position)
)`;

/**
 * An event is about the object of its stream, about those that its data names, and about those that the first event of its
 * stream and the acceptance of its operation name: where it belongs. Plain enough to become a part of the statements that use
 * it. Ids that are longer than any of ours come from requests that were refused: they would not fit into the index.
 */
const objectsOfEvent = `
create or replace function brickyard.objects_of_event(stream_kind text, stream_id text, data jsonb, correlation_id text)
returns table (kind text, id text) language sql stable parallel safe as $$
  select named.kind, named.id from (
    select $1, $2
    union all
    select own.kind, own.id from jsonb_to_record(case when jsonb_typeof($3) = 'object' then $3 else '{}' end) as d (
      "clusterId" text, "nodeId" text, "deviceId" text, "brickId" text, "volumeId" text, "operationId" text, "cleanupId" text,
      "subjectKind" text, "subjectId" text)
    cross join lateral (values
      ('cluster', d."clusterId"), ('node', d."nodeId"), ('device', d."deviceId"), ('brick', d."brickId"),
      ('volume', d."volumeId"), ('operation', d."operationId"), ('operation', d."cleanupId"),
      (d."subjectKind", d."subjectId")) as own (kind, id)
    union all
    select brick.kind, brick.id from jsonb_path_query($3, '$.brickSets[*][*]') as b (brick)
    cross join lateral (values
      ('brick', b.brick->>'brickId'), ('device', b.brick->>'deviceId'), ('node', b.brick->>'nodeId')) as brick (kind, id)
    union all
    select place.kind, place.id from (
      select null as operation_id, f.data from brickyard.event f
      where f.stream_kind = $1 and f.stream_id = $2 and f.stream_version = 1
      union all
      select f.stream_id, f.data from brickyard.event f
      where f.stream_kind = 'operation' and f.stream_id = $4 and f.stream_version = 1
    ) first
    cross join lateral jsonb_to_record(case when jsonb_typeof(first.data) = 'object' then first.data else '{}' end) as f (
      "clusterId" text, "nodeId" text, "subjectKind" text, "subjectId" text)
    cross join lateral (values
      ('operation', first.operation_id), ('cluster', f."clusterId"), ('node', f."nodeId"),
      (f."subjectKind", f."subjectId")) as place (kind, id)
  ) named (kind, id)
  where named.kind in ('cluster', 'node', 'device', 'brick', 'volume', 'operation') and length(named.id) between 1 and 128
  group by named.kind, named.id
$$`;

const insertFrom = (events: string): string => `
  insert into brickyard.event_object (object_kind, object_id, transaction_id, global_position)
  select o.kind, o.id, e.transaction_id, e.global_position
  from ${events} e
  cross join lateral brickyard.objects_of_event(e.stream_kind, e.stream_id, e.data, e.correlation_id) o
  on conflict do nothing`;

/** A plan that was made while the log was short is kept by its connection, and would read the whole log when it is long. */
const onInsert = [
  `create or replace function brickyard.index_event_objects() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  ${insertFrom('added')};
  return null;
end
$$`,
  `create or replace trigger event_objects after insert on brickyard.event
  referencing new table as added for each statement execute function brickyard.index_event_objects()`,
];

/** The one update that there is: the fix-up after a restore gives all events new places in the log. */
const onRenumbering = [
  `create or replace function brickyard.reindex_event_objects() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
  truncate brickyard.event_object;
  ${insertFrom('brickyard.event')};
  return null;
end
$$`,
  `create or replace trigger event_objects_renumbered after update on brickyard.event
  for each statement execute function brickyard.reindex_event_objects()`,
];

/** The index of objects, filled from now on. May be repeated. */
export const eventObjectsDdl: readonly string[] = [
  table,
  'grant select on brickyard.event_object to brickyard_app',
  objectsOfEvent,
  ...onInsert,
  ...onRenumbering,
  'revoke execute on function brickyard.index_event_objects(), brickyard.reindex_event_objects() from public',
];

/**
 * Adds the objects of the next events of the log.
 * $1, $2: the transaction id and position that the page before has ended at, $3: how many events
 * @returns the statement; it gives the place where it has ended, no row at the end of the log
 */
export const fillEventObjects = `
with page as materialized (
  select * from brickyard.event
  where (transaction_id, global_position) > ($1::xid8, $2::bigint)
  order by transaction_id, global_position limit $3
), filled as (${insertFrom('page')})
select transaction_id, global_position from page order by transaction_id desc, global_position desc limit 1`;
