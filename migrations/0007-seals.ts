import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Seals over ranges of the log (docs/adr/0015). Two that follow the same one cannot both be there: their numbers collide, and
 * their hashes of the one before. Ids and digests do not compress, so Postgres is not to try.
 */
const seals = [
  `create table brickyard.seal (
  number        bigint primary key check (number > 0),
  event_count   integer not null check (event_count > 0),
  total_events  bigint not null check (total_events >= event_count),
  event_ids     uuid[] not null check (cardinality(event_ids) = event_count),
  event_digests bytea not null check (octet_length(event_digests) = 32 * event_count),
  previous_hash bytea not null unique check (octet_length(previous_hash) = 32),
  hash          bytea not null unique check (octet_length(hash) = 32),
  sealed_at     timestamptz not null,
  key_id        text collate "C",
  signature     bytea,
  check ((key_id is null) = (signature is null))
)`,
  'alter table brickyard.seal alter column event_ids set storage external, alter column event_digests set storage external',
];

const immutable = [
  `create function brickyard.refuse_seal_change() returns trigger language plpgsql as $$
begin
  raise exception 'seals cannot be changed: % on brickyard.seal refused', tg_op using errcode = 'BY003';
end
$$`,
  `create trigger seal_immutable before update or delete or truncate on brickyard.seal
  for each statement execute function brickyard.refuse_seal_change()`,
  // "always" holds in sessions that switch triggers off with session_replication_role as well.
  'alter table brickyard.seal enable always trigger seal_immutable',
];

/** What shows that the log was changed behind the application's back. */
export class Seals implements MigrationInterface {
  readonly name = 'Seals0000000000007';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...seals, ...immutable]) await runner.query(statement);
    await runner.query('grant select, insert on brickyard.seal to brickyard_app');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}
