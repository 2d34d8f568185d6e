import { runMigrations } from 'bullmq';
import pg from 'pg';
import { defaultQueueSchema } from './connection.js';

/** Replicas that start together grant one after the other: Postgres refuses two grants on one object at once. */
const GRANT_LOCK = 4_242_002;

/**
 * Brings the queue's tables in Postgres to this version's form; safe to repeat and to call from several replicas at once. To be
 * called after the application's own migrations, which make the role brickyard_app that the queue is used under. The tables
 * belong to the owner; the role may read and write them, not change them.
 * @param ownerUrl of the owner of the database (or of a role that may create schemas in it)
 */
export async function migrateQueue(ownerUrl: string, schema: string = defaultQueueSchema): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'brickyard-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [GRANT_LOCK]);
    // BullMQ checks the name before it is part of any statement.
    await runMigrations(client, schema);
    await client.query(`grant usage on schema "${schema}" to brickyard_app`);
    await client.query(`grant select, insert, update, delete on all tables in schema "${schema}" to brickyard_app`);
    await client.query(`grant usage, select on all sequences in schema "${schema}" to brickyard_app`);
  } finally {
    // Ends the session, and the lock with it.
    await client.end();
  }
}
