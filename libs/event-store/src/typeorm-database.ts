import { QueryFailedError, QueryRunnerAlreadyReleasedError, type DataSource, type QueryRunner } from 'typeorm';
import type { Client } from 'pg';
import { messageOf, type Database, type Sql, type SqlRow, type SqlValue } from '#kernel';
import { CommitOutcomeUnknown, isConnectionLost } from './outage/outage-errors.js';

/**
 * The driver's error: TypeORM's wrapper carries the parameters, which do not belong into a log. A runner whose connection
 * breaks between two statements is released by TypeORM itself, which then says nothing of the connection.
 */
function unwrapped(error: unknown): unknown {
  if (error instanceof QueryRunnerAlreadyReleasedError) {
    return new Error('Connection terminated between two statements', { cause: error });
  }
  return error instanceof QueryFailedError ? error.driverError : error;
}

/** The driver's words where it did not even send a statement. */
const NEVER_SENT = 'is not queryable';

/**
 * The driver gives a statement up that is not answered in time, but its connection still waits for the answer: it must not
 * go back into the pool.
 */
async function abandonIfLate(runner: QueryRunner, error: unknown): Promise<void> {
  if (!(error instanceof Error) || error.message !== 'Query read timeout') return;
  const client = (await runner.connect()) as Client;
  // Cuts the connection, because a statement is under way; its end need not be waited for.
  void client.end();
}

/**
 * Commits.
 * @throws CommitOutcomeUnknown where the connection is lost before the answer
 */
async function commit(runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    const reason = unwrapped(error);
    await abandonIfLate(runner, reason);
    const sent = !(error instanceof QueryRunnerAlreadyReleasedError) && !messageOf(reason).endsWith(NEVER_SENT);
    throw sent && isConnectionLost(reason) ? new CommitOutcomeUnknown(reason) : reason;
  }
}

/**
 * Runs one statement. TypeORM's own result differs by kind of statement; the structured one always has the rows.
 * @throws the driver's error
 */
async function run<Row extends object>(
  runner: QueryRunner,
  text: string,
  parameters: readonly SqlValue[],
): Promise<Row[]> {
  try {
    const result = await runner.query(text, [...parameters], true);
    return result.records as Row[];
  } catch (error) {
    const reason = unwrapped(error);
    await abandonIfLate(runner, reason);
    throw reason;
  }
}

/** The kernel's `Database` over TypeORM's pool and transactions. */
export class TypeOrmDatabase implements Database {
  readonly #source: DataSource;

  constructor(source: DataSource) {
    this.#source = source;
  }

  async query<Row extends object = SqlRow>(text: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const runner = this.#source.createQueryRunner();
    try {
      return await run<Row>(runner, text, parameters);
    } finally {
      await runner.release();
    }
  }

  async transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    const runner = this.#source.createQueryRunner();
    try {
      await runner.startTransaction();
    } catch (error) {
      await runner.release();
      throw unwrapped(error);
    }
    const tx = new TransactionSql(runner);
    try {
      const result = await work(tx);
      tx.assertUsable();
      await commit(runner);
      return result;
    } catch (error) {
      // The connection may be what failed: the first error says more than that of the rollback.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw unwrapped(error);
    } finally {
      await runner.release();
    }
  }
}

/** The statements of one transaction. */
class TransactionSql implements Sql {
  readonly #runner: QueryRunner;
  #failure: unknown = null;

  constructor(runner: QueryRunner) {
    this.#runner = runner;
  }

  async query<Row extends object = SqlRow>(text: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    try {
      const rows = await run<Row>(this.#runner, text, parameters);
      if (/^\s*rollback to\b/i.test(text)) this.#failure = null;
      return rows;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /**
   * Postgres answers COMMIT of a transaction in which a statement failed with a rollback and no error: whoever caught the
   * statement's error would believe that the rest was kept.
   */
  assertUsable(): void {
    if (this.#failure !== null) {
      throw new Error('not committed: a statement of the transaction had failed', { cause: this.#failure });
    }
  }
}
