import type { Database, Sql, SqlRow, SqlValue } from '#kernel';
import type { DatabaseHealth } from './database-health.js';
import { DatabaseAway } from './outage-errors.js';
import type { Places } from './places.js';

/**
 * A database that is asked only while it answers, and by so many at a time as it has connections for. While it is away
 * everything fails at once, also what has been waiting; nothing piles up in the pool.
 */
export class GuardedDatabase implements Database {
  constructor(
    private readonly inner: Database,
    private readonly health: DatabaseHealth,
    private readonly places: Places,
  ) {
    health.onAway((reason) => places.refuseAll(new DatabaseAway(reason)));
  }

  /** @throws DatabaseAway, DatabaseBusy, the driver's error */
  query<Row extends object = SqlRow>(text: string, parameters?: readonly SqlValue[]): Promise<Row[]> {
    return this.#inside(() => this.inner.query<Row>(text, parameters));
  }

  /** @throws DatabaseAway, DatabaseBusy, CommitOutcomeUnknown, whatever `work` or the driver throws */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.#inside(() => this.inner.transaction(work));
  }

  async #inside<T>(work: () => Promise<T>): Promise<T> {
    this.health.assertUp();
    await this.places.enter();
    try {
      return await work();
    } finally {
      this.places.leave();
    }
  }
}
