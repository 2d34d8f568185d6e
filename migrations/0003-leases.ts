import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who holds which resource. The epoch of a key never falls, so rows are kept when a lease is given back. */
export class Leases implements MigrationInterface {
  readonly name = 'Leases0000000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table brickyard.lease (
  key   text collate "C" primary key,
  owner text,
  epoch bigint not null check (epoch > 0),
  until timestamptz not null
) with (fillfactor = 50)`);
    await runner.query('grant select, insert, update, delete on brickyard.lease to brickyard_app');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}
