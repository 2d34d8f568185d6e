import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Not derived from the log and not a part of it: what a client was answered, for as long as it may ask again. */
const records = `
create table brickyard.idempotency_record (
  issuer      text collate "C" not null,
  actor       text collate "C" not null,
  key         text collate "C" not null,
  request     text not null,
  digest      text not null,
  answer      json not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (issuer, actor, key)
)`;

/** A database that this release made has these already. */
const digests = [
  'alter table read_model.operation add column if not exists request_digest text collate "C"',
  `create index if not exists operation_request on read_model.operation (request_digest)
    where request_digest is not null and status not in ('succeeded', 'failed')`,
];

/** What makes a repeated request known: answers by Idempotency-Key, creations in flight by what was asked. */
export class Idempotency implements MigrationInterface {
  readonly name = 'Idempotency0000000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(records);
    await runner.query('create index idempotency_record_age on brickyard.idempotency_record (recorded_at)');
    await runner.query('grant select, insert, delete on brickyard.idempotency_record to brickyard_app');
    for (const statement of digests) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}
