import { setTimeout as delay } from 'node:timers/promises';
import type { MigrationInterface } from 'typeorm';
import type { Sql } from '#kernel';
import { withClient } from './connection.js';
import { createDataSource } from './data-source.js';

/** Migration classes in order, as `migrations/index.ts` has them. */
export type Migrations = readonly (new () => MigrationInterface)[];

/** The database lacks migrations that this version needs. */
export class MigrationsPending extends Error {
  constructor(readonly pending: readonly string[]) {
    super(
      `the database lacks ${pending.length.toString()} migrations (${pending.join(', ')}): run "brickyard migrate"`,
    );
    this.name = 'MigrationsPending';
  }
}

/** One arbitrary number that all versions share: replicas that start together migrate one after the other. */
const MIGRATION_LOCK = 4_242_001;
const LOCK_POLL_MS = 200;

/**
 * Brings the database to this version's schema; safe to call from several replicas at once.
 * @param url of the schema's owner
 * @returns the names of the migrations that were applied now
 */
export async function migrate(url: string, migrations: Migrations): Promise<string[]> {
  // The lock belongs to the session and ends with it.
  return withClient(url, 'brickyard-migrate', async (sql) => {
    await takeMigrationLock(sql);
    // TypeORM's own table lives beside ours, and TypeORM makes it before the first migration runs.
    await sql.query('create schema if not exists brickyard');
    return runMigrations(url, migrations);
  });
}

/** Asked for again and again: a statement that waits is a transaction, for whose end an index built concurrently would wait. */
async function takeMigrationLock(sql: Sql): Promise<void> {
  for (;;) {
    const [lock] = await sql.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [MIGRATION_LOCK]);
    if (lock?.taken === true) return;
    await delay(LOCK_POLL_MS);
  }
}

async function runMigrations(url: string, migrations: Migrations): Promise<string[]> {
  const source = createDataSource({ url, role: 'owner', poolSize: 2, applicationName: 'brickyard-migrate' });
  source.setOptions({
    schema: 'brickyard',
    migrationsTableName: 'migration',
    migrations: [...migrations],
  });
  await source.initialize();
  try {
    const applied = await source.runMigrations({ transaction: 'each' });
    return applied.map((migration) => migration.name);
  } finally {
    await source.destroy();
  }
}

/** The migrations that the database lacks; all of them where it was never migrated. */
export async function pendingMigrations(sql: Sql, migrations: Migrations): Promise<string[]> {
  const wanted = migrations.map((migration) => new migration().name ?? migration.name);
  const [table] = await sql.query<{ there: boolean }>("select to_regclass('brickyard.migration') is not null as there");
  if (table?.there !== true) return wanted;
  const applied = await sql.query<{ name: string }>('select name from brickyard.migration');
  const names = new Set(applied.map((row) => row.name));
  return wanted.filter((name) => !names.has(name));
}

/**
 * For start-up, before the application's pool is opened: a database that was never migrated lacks its role.
 * @throws MigrationsPending
 */
export async function assertMigrated(url: string, migrations: Migrations): Promise<void> {
  const pending = await withClient(url, 'brickyard-readiness', (sql) => pendingMigrations(sql, migrations));
  if (pending.length > 0) throw new MigrationsPending(pending);
}
