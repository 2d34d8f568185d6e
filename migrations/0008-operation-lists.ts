import { operationListIndexes } from '#read-model';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What lists of operations go along. Only adds; built while writers write. May be interrupted and repeated. */
export class OperationLists implements MigrationInterface {
  readonly name = 'OperationLists0000000000008';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const { name, of } of operationListIndexes) {
      if (await isThere(runner, name)) continue;
      // What an interrupted run has left of it is of no use.
      await runner.query(`drop index concurrently if exists read_model.${name}`);
      await runner.query(`create index concurrently ${name} on read_model.operation ${of}`);
    }
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}

async function isThere(runner: QueryRunner, name: string): Promise<boolean> {
  const { records } = await runner.query(
    'select from pg_index where indexrelid = to_regclass($1) and indisvalid',
    [`read_model.${name}`],
    true,
  );
  return records.length > 0;
}
