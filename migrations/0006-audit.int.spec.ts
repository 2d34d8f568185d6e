import { PostgresAuditLog } from '#audit';
import { assertMigrated, migrate } from '#event-store';
import type { Database } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { createVolumeIn, LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Audit } from './0006-audit.js';
import { migrations } from './index.js';
import { eventSearchIndexes } from './sql/event-search-indexes.js';

let database: TestDatabase;
let owner: Database;
let fixture: LedgerFixture;
const { name } = new Audit();

beforeAll(async () => {
  database = await freshDatabase();
  owner = await database.connect('owner', 4);
  fixture = new LedgerFixture(database.db);
});
afterAll(() => database.dispose());

async function createVolumes(...volumeIds: string[]): Promise<void> {
  const { clusterId, nodeIds, deviceIds } = await fixture.addCluster(1);
  const place = { nodeId: nodeIds[0]!, deviceId: deviceIds[0]! };
  for (const volumeId of volumeIds) {
    const bricks = [sample.brick(`brick-${volumeId}`, { volumeId, ...place })];
    await fixture.transact((tx) => createVolumeIn(tx, clusterId, volumeId, bricks));
  }
}

/** What the table holds and what the log says, whatever makes them differ. */
async function differences(): Promise<object[]> {
  return owner.query(`
    with expected as (
      select o.kind, o.id, e.transaction_id, e.global_position from brickyard.event e
      cross join lateral brickyard.objects_of_event(e.stream_kind, e.stream_id, e.data, e.correlation_id) o
    )
    (table expected except table brickyard.event_object) union all (table brickyard.event_object except table expected)`);
}

/** As it is searched: without what transactions on other databases of the server still hold up. */
async function typesAbout(kind: 'volume' | 'brick', id: string): Promise<string[]> {
  const page = { order: 'oldest-first', after: null, limit: 10 } as const;
  const { events } = await new PostgresAuditLog(database.db).search({ object: { kind, id } }, page);
  return events.map(({ event }) => event.type);
}

const ofVolume = ['VolumeCreateAccepted', 'VolumeCreated', 'BrickReserved'];

it('gives a database of an earlier release what a new one has, also where it was interrupted', async () => {
  await createVolumes('early', 'interrupted');
  for (const { name: index } of eventSearchIndexes) await owner.query(`drop index brickyard.${index}`);
  await owner.query('drop trigger event_objects on brickyard.event');
  await owner.query('drop trigger event_objects_renumbered on brickyard.event');
  await owner.query("delete from brickyard.event_object where object_id not like '%interrupted'");
  await createVolumes('unindexed');
  await owner.query('create index event_by_actor on brickyard.event (actor)');
  await owner.query("update pg_index set indisvalid = false where indexrelid = 'brickyard.event_by_actor'::regclass");
  await owner.query('delete from brickyard.migration where name = $1', [name]);

  expect(await migrate(database.ownerUrl, migrations)).toEqual([name]);
  await assertMigrated(database.ownerUrl, migrations);

  const indexes = await owner.query<{ name: string; columns: number }>(
    `select relname as name, indnatts::int as columns from pg_index join pg_class on pg_class.oid = indexrelid
     where indisvalid and indrelid = 'brickyard.event'::regclass and relname like 'event\\_by\\_%' order by relname`,
  );
  expect(indexes.map((index) => index.name)).toEqual(eventSearchIndexes.map((index) => index.name).sort());
  expect(indexes.every(({ columns }) => columns === 3)).toBe(true);
  expect(await differences()).toEqual([]);
  await createVolumes('later');
  expect(await differences()).toEqual([]);
  for (const id of ['early', 'interrupted', 'unindexed', 'later'])
    await expect.poll(() => typesAbout('volume', id)).toEqual(ofVolume);
});

it('follows the log when the fix-up after a restore gives events new places', async () => {
  await createVolumes('restored');
  await owner.transaction(async (tx) => {
    await tx.query("set local brickyard.restore_fixup = 'on'");
    await tx.query("update brickyard.event set transaction_id = '1'");
  });
  expect(await differences()).toEqual([]);
  await expect.poll(() => typesAbout('brick', 'brick-restored')).toEqual(['VolumeCreateAccepted', 'BrickReserved']);
});
