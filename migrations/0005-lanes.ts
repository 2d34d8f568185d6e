import { laneDdl } from '#read-model';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Few enough that a worker that writes to one of the rows does not wait for long. */
const ROWS_AT_ONCE = 500;

/**
 * The resources of unfinished operations in a column that can be looked up. Only adds, so the version before goes on beside
 * it. Each statement commits by itself: the table is locked against writers only while the index, of the few unfinished rows,
 * is built. May be interrupted and repeated.
 */
export class Lanes implements MigrationInterface {
  readonly name = 'Lanes0000000000005';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of laneDdl('read_model')) await runner.query(statement);
    while ((await fillSome(runner)) > 0);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}

/** Lets the trigger fill the column. @returns how many rows it was empty in, though it should not be */
async function fillSome(runner: QueryRunner): Promise<number> {
  const { records } = await runner.query(
    `with page as (
       select id from read_model.operation
       where status not in ('succeeded', 'failed') and resources = '{}' and doc->'resources' <> '[]'
       limit ${ROWS_AT_ONCE} for update)
     update read_model.operation o set status = o.status from page where o.id = page.id returning o.id`,
    [],
    true,
  );
  return records.length;
}
