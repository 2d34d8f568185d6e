import type { Database } from '#kernel';
import { PostgresQueries } from './postgres-queries.js';
import type { Queries } from './queries.js';

/** Questions that have to agree with each other: all are answered as of one moment, and nobody waits for them. */
export type Snapshots = <T>(ask: (queries: Queries) => Promise<T>) => Promise<T>;

export function snapshotsOf(database: Database): Snapshots {
  return (ask) =>
    database.transaction(async (sql) => {
      await sql.query('set transaction isolation level repeatable read, read only');
      // Before the snapshot is taken: one from before a rebuild would find the rebuilt tables empty.
      await sql.query('lock table read_model.cluster in access share mode');
      return await ask(new PostgresQueries(sql));
    });
}
