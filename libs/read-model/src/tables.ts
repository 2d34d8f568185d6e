/** The tables of the read model, in an order in which they can be created. */
export const readModelTables = ['cluster', 'node', 'device', 'volume', 'operation', 'brick', 'hostname'] as const;

/**
 * The statements that create the read model in a schema of its own: `read_model` for the application, another name for
 * the shadow that a rebuild fills before it takes the place of the old one.
 *
 * One row per object. `doc` is the folded state; the other columns are what queries look for. Rows of deleted objects
 * are removed (the version of their stream lives on in brickyard.event_stream); operations stay.
 * @param schema a plain lower-case identifier; it becomes part of the statements
 * @throws Error when it is not
 */
export function readModelDdl(schema: string): string[] {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`not a plain schema name: ${schema}`);
  return [
    `create schema ${schema}`,
    `create table ${schema}.cluster (
      id      text collate "C" primary key,
      version bigint not null,
      status  text not null,
      doc     jsonb not null
    )`,
    `create table ${schema}.node (
      id         text collate "C" primary key,
      cluster_id text collate "C" not null,
      version    bigint not null,
      status     text not null,
      doc        jsonb not null
    )`,
    `create index node_cluster_id on ${schema}.node (cluster_id)`,
    `create table ${schema}.device (
      id         text collate "C" primary key,
      node_id    text collate "C" not null,
      cluster_id text collate "C" not null,
      version    bigint not null,
      status     text not null,
      doc        jsonb not null
    )`,
    `create index device_node_id on ${schema}.device (node_id)`,
    `create index device_cluster_id on ${schema}.device (cluster_id)`,
    `create table ${schema}.volume (
      id         text collate "C" primary key,
      cluster_id text collate "C" not null,
      name       text collate "C" not null,
      version    bigint not null,
      status     text not null,
      doc        jsonb not null
    )`,
    // Also answers "all volumes of a cluster": the leading column is the cluster.
    `create unique index volume_name_in_cluster on ${schema}.volume (cluster_id, name) where status <> 'deleted'`,
    `create table ${schema}.operation (
      id           text collate "C" primary key,
      cluster_id   text collate "C" not null,
      kind         text not null,
      status       text not null,
      subject_kind text not null,
      subject_id   text collate "C" not null,
      version      bigint not null,
      accepted_at  timestamptz not null,
      doc          jsonb not null,
      request_digest text collate "C"
    )`,
    // The reconciler asks every few seconds for the few that are not finished among all that ever were.
    `create index operation_open on ${schema}.operation (status, accepted_at)
      where status not in ('succeeded', 'failed')`,
    `create index operation_accepted_at on ${schema}.operation (accepted_at, id)`,
    // A client that repeats a creation is led to the one in flight.
    `create index operation_request on ${schema}.operation (request_digest)
      where request_digest is not null and status not in ('succeeded', 'failed')`,
    `create index operation_subject on ${schema}.operation (subject_kind, subject_id)`,
    ...laneDdl(schema),
    ...operationListIndexes.map(({ name, of }) => `create index ${name} on ${schema}.operation ${of}`),
    // Owned by the device's stream: reserved and released by its events only.
    `create table ${schema}.brick (
      id        text collate "C" primary key,
      device_id text collate "C" not null,
      node_id   text collate "C" not null,
      volume_id text collate "C" not null,
      doc       jsonb not null
    )`,
    `create index brick_device_id on ${schema}.brick (device_id)`,
    `create index brick_node_id on ${schema}.brick (node_id)`,
    `create index brick_volume_id on ${schema}.brick (volume_id)`,
    `create table ${schema}.hostname (
      kind    text not null check (kind in ('manage', 'storage')),
      name    text collate "C" not null,
      node_id text collate "C" not null,
      primary key (kind, name)
    )`,
    `create index hostname_node_id on ${schema}.hostname (node_id)`,
    `grant usage on schema ${schema} to brickyard_app`,
    `grant select, insert, update, delete on all tables in schema ${schema} to brickyard_app`,
  ];
}

/** What lists of operations go along, newest first; the other ways are operation_subject, operation_open and operation_accepted_at. */
export const operationListIndexes = [
  { name: 'operation_of_kind', of: '(kind, accepted_at, id)' },
  { name: 'operation_of_cluster', of: '(cluster_id, accepted_at, id)' },
  // Few, and what most people look for.
  { name: 'operation_failed', of: "(accepted_at, id) where status = 'failed'" },
] as const;

/**
 * The lanes: which resources an unfinished operation has or waits for, so that the older ones of a lane are found without
 * looking at all that is unfinished. May be repeated, and be applied to a table that was made without.
 *
 * A trigger fills the column from the state. The version before this one does not know it, and runs beside this one during a
 * rolling upgrade: its operations wait in their lanes too. Updates that leave the operation unfinished do not change the
 * column, so they stay cheap (HOT), which an index on the state itself would prevent. Without fastupdate: a list of pending
 * entries would be read through at every question.
 * @param schema a plain lower-case identifier
 */
export function laneDdl(schema: string): string[] {
  const ended = "('succeeded', 'failed')";
  return [
    `alter table ${schema}.operation add column if not exists resources text[] collate "C" not null default '{}'`,
    `create or replace function ${schema}.operation_lanes() returns trigger language plpgsql as $$
begin
  new.resources := case when new.status in ${ended} then '{}'
    else array(select jsonb_array_elements_text(new.doc->'resources')) end;
  return new;
end
$$`,
    `drop trigger if exists operation_lanes on ${schema}.operation`,
    `create trigger operation_lanes before insert or update of status on ${schema}.operation
      for each row execute function ${schema}.operation_lanes()`,
    `create index if not exists operation_in_lane on ${schema}.operation using gin (resources) with (fastupdate = off)
      where status not in ${ended}`,
  ];
}
