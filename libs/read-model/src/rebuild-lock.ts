const key = "hashtextextended('brickyard/read-model/rebuild', 0)";

/**
 * Every writer holds the lock shared, a rebuild takes it alone for the moment in which it changes the tables for the new
 * ones. Must be a transaction's first statement of its own: what follows it sees everything that the last holder did.
 */
export const holdOffRebuild = `select pg_advisory_xact_lock_shared(${key})`;

/** Waits for the writers under way and keeps new ones waiting, until the end of the transaction. */
export const holdOffWriters = `select pg_advisory_xact_lock(${key})`;
