import { migrate } from '#event-store';
import type { Database } from '#kernel';
import { migrations } from '#migrations';
import { freshDatabase, type TestDatabase } from '#test/database';
import { addVolumes, EVENTS_PER_VOLUME, shareStreams } from './audit-log.js';

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);

async function sizeOf(owner: Database, relation: string): Promise<string> {
  const [row] = await owner.query<{ size: string }>(
    `select pg_size_pretty(pg_total_relation_size('${relation}')) as size`,
  );
  return row?.size ?? '';
}

/** Takes away what names the objects of events. */
export async function withoutObjects(owner: Database): Promise<void> {
  await owner.query('drop table brickyard.event_object');
  await owner.query('drop function brickyard.index_event_objects() cascade');
  await owner.query('drop function brickyard.reindex_event_objects() cascade');
}

/** Takes away what the log is searched by. */
export async function withoutIndexes(owner: Database): Promise<void> {
  for (const name of ['actor', 'issuer', 'type', 'request', 'source', 'time']) {
    await owner.query(`drop index brickyard.event_by_${name}`);
  }
}

/**
 * A database with a long log: most of it as an earlier release left it, then migrated; the last twentieth appended after that, so
 * that the newest pages are as they are where writers write.
 */
export async function searchableLog(volumes: number): Promise<{ database: TestDatabase; owner: Database }> {
  const database = await freshDatabase();
  const owner = await database.connect('owner', 8);
  await withoutObjects(owner);
  await withoutIndexes(owner);
  await owner.query("delete from brickyard.migration where name like 'Audit%'");
  const last = Math.floor(volumes * 0.95);
  const filling = performance.now();
  await shareStreams(owner);
  await addVolumes(owner, 0, last);
  say(`\n${(last * EVENTS_PER_VOLUME).toFixed(0)} events made in ${seconds(filling)} s`);
  const migrating = performance.now();
  await migrate(database.ownerUrl, migrations);
  say(`indexed by the migration in ${seconds(migrating)} s`);
  await addVolumes(owner, last, volumes);
  const [row] = await owner.query<{ events: string }>('select count(*) as events from brickyard.event');
  const sizes = [await sizeOf(owner, 'brickyard.event'), await sizeOf(owner, 'brickyard.event_object')];
  say(`${row?.events ?? ''} events in all: log with indexes ${sizes[0] ?? ''}, objects ${sizes[1] ?? ''}`);
  return { database, owner };
}
