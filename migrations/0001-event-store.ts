import { eventLogOrderIndex } from '#event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendEventsSql } from './sql/append-events.js';

/**
 * The role that the application works under. Made here if it is missing, because a role belongs to the whole server and
 * several installations may share one; the owner becomes a member so that it may take the role on.
 */
const role = `
do $$
begin
  if not exists (select from pg_roles where rolname = 'brickyard_app') then
    begin
      create role brickyard_app nologin;
    exception
      when duplicate_object or unique_violation then
        null; -- another database of this server was being migrated at the same time
      when insufficient_privilege then
        raise exception 'the owner % may not create roles: let an administrator run "create role brickyard_app nologin; grant brickyard_app to %"',
          current_user, quote_ident(current_user) using errcode = 'insufficient_privilege';
    end;
  end if;
  begin
    grant brickyard_app to current_user;
  exception when insufficient_privilege then
    -- Someone else made the role; that is fine where they made the owner a member of it.
    if not pg_has_role(current_user, 'brickyard_app', 'member') then
      raise exception 'the owner % cannot take on the role brickyard_app: let an administrator run "grant brickyard_app to %"',
        current_user, quote_ident(current_user) using errcode = 'insufficient_privilege';
    end if;
  end;
end
$$`;

const streams = `
create table brickyard.event_stream (
  kind                text collate "C" not null,
  id                  text collate "C" not null,
  version             bigint not null check (version > 0),
  last_transaction_id xid8 not null,
  created_at          timestamptz not null default now(),
  primary key (kind, id)
) with (fillfactor = 80)`;

/** docs/adr/0002-log-order.md says why an event carries a transaction id, and why it may be that of an earlier writer. */
const events = `
create table brickyard.event (
  global_position bigint generated always as identity,
  transaction_id  xid8 not null,
  stream_kind     text collate "C" not null,
  stream_id       text collate "C" not null,
  stream_version  bigint not null check (stream_version > 0),
  event_id        uuid not null,
  command_id      text not null,
  type            text not null,
  schema_version  smallint not null check (schema_version > 0),
  data            jsonb not null,
  metadata        jsonb not null default '{}',
  actor           text not null,
  issuer          text not null,
  request_id      text not null,
  source_address  text,
  user_agent      text,
  correlation_id  text not null,
  causation_id    text,
  recorded_at     timestamptz not null default clock_timestamp(),
  primary key (stream_kind, stream_id, stream_version),
  foreign key (stream_kind, stream_id) references brickyard.event_stream (kind, id)
)`;

const indexes = [
  'create unique index event_id_once on brickyard.event (event_id)',
  eventLogOrderIndex,
  'create index event_correlation on brickyard.event (correlation_id)',
];

/**
 * The rights already keep the application from changing history; the trigger keeps out owners and superusers too. The
 * one way past it is the owner's fix-up after a logical restore, which says so in a setting of its transaction.
 */
const immutable = [
  `create function brickyard.refuse_event_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE'
    and current_setting('brickyard.restore_fixup', true) = 'on'
    and (select pg_has_role(current_user, relowner, 'member') from pg_class where oid = tg_relid)
  then
    return null;
  end if;
  raise exception 'events cannot be changed: % on brickyard.event refused', tg_op using errcode = 'BY003';
end
$$`,
  `create trigger event_immutable before update or delete or truncate on brickyard.event
  for each statement execute function brickyard.refuse_event_change()`,
  // "always" holds in sessions that switch triggers off with session_replication_role as well.
  'alter table brickyard.event enable always trigger event_immutable',
];

const installation = [
  `create table brickyard.installation (
  only_row       boolean primary key default true check (only_row),
  id             uuid not null default gen_random_uuid(),
  log_generation integer not null default 1,
  created_at     timestamptz not null default now()
)`,
  'insert into brickyard.installation default values',
];

const rights = [
  'grant usage on schema brickyard to brickyard_app',
  'grant select on brickyard.migration, brickyard.installation to brickyard_app',
  'grant select, insert on brickyard.event to brickyard_app',
  'grant select, insert, update on brickyard.event_stream to brickyard_app',
];

/** The log: streams, events, the function that appends, and the rights that make it append-only. */
export class EventStore implements MigrationInterface {
  readonly name = 'EventStore0000000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(role);
    for (const statement of [streams, events, ...indexes, ...immutable, ...installation, appendEventsSql, ...rights]) {
      await runner.query(statement);
    }
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}
