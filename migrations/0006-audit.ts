import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventObjectsDdl, fillEventObjects } from './sql/event-objects.js';
import { eventSearchIndexes } from './sql/event-search-indexes.js';

/** A fraction of a second each. */
const EVENTS_AT_ONCE = 2_000;

/** Writers queue behind whoever waits for the lock that a new trigger needs. */
const LOCK_WAIT_MS = 500;
const LOCK_TRIES = 60;
const LOCK_NOT_AVAILABLE = '55P03';

/** An index that is built beside writers waits for every transaction that began before. */
const OLD_TRANSACTIONS_WAIT_MS = 300_000;

/**
 * What the log is searched by. Only adds, so the version before goes on beside it, and each statement commits by itself:
 * indexes are built while writers write, and the objects of earlier events are filled in page by page. May be interrupted and
 * repeated.
 */
export class Audit implements MigrationInterface {
  readonly name = 'Audit0000000000006';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of eventObjectsDdl) await withoutHoldingUp(runner, statement);
    for (const { name, of } of eventSearchIndexes) await buildIndex(runner, name, of);
    await fillObjects(runner);
    await runner.query('analyze brickyard.event, brickyard.event_object');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations go forward only: restore a backup instead'));
  }
}

/** Runs a statement that wants a lock, again and again for a short while each. */
async function withoutHoldingUp(runner: QueryRunner, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await limited(runner, LOCK_WAIT_MS, statement);
      return;
    } catch (error) {
      if (attempt === LOCK_TRIES || !isLockTimeout(error)) throw error;
    }
  }
}

/** What an interrupted run has left of an index is of no use and is made again. */
async function buildIndex(runner: QueryRunner, name: string, of: string): Promise<void> {
  const [found] = (
    await runner.query(
      'select indisvalid as valid from pg_index where indexrelid = to_regclass($1)',
      [`brickyard.${name}`],
      true,
    )
  ).records as { valid: boolean }[];
  if (found?.valid === true) return;
  if (found !== undefined) await runner.query(`drop index concurrently brickyard.${name}`);
  try {
    const statement = `create index concurrently ${name} on brickyard.event ${of}`;
    await limited(runner, OLD_TRANSACTIONS_WAIT_MS, statement);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    const minutes = OLD_TRANSACTIONS_WAIT_MS / 60_000;
    throw new Error(
      `the index ${name} could not be built: a transaction on this server has been open for more than ${minutes.toString()} minutes ` +
        '(see pg_stat_activity, oldest xact_start). End it and run "brickyard migrate" again',
      { cause: error },
    );
  }
}

async function limited(runner: QueryRunner, lockTimeoutMs: number, statement: string): Promise<void> {
  await runner.query(`set lock_timeout = ${lockTimeoutMs.toString()}`);
  try {
    await runner.query(statement);
  } finally {
    await runner.query('reset lock_timeout');
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}

async function fillObjects(runner: QueryRunner): Promise<void> {
  let after = { transaction_id: '0', global_position: '0' };
  for (;;) {
    const parameters = [after.transaction_id, after.global_position, EVENTS_AT_ONCE];
    const { records } = await runner.query(fillEventObjects, parameters, true);
    const [last] = records as (typeof after)[];
    if (last === undefined) return;
    after = last;
  }
}
