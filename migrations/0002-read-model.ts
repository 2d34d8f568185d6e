import { readModelDdl } from '#read-model';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables that answer queries; written in the append's own transaction. */
export class ReadModel implements MigrationInterface {
  readonly name = 'ReadModel0000000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readModelDdl('read_model')) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}
