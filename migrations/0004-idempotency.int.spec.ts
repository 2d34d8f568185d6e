import { type Database, newId } from '#kernel';
import { assertMigrated, migrate } from '#event-store';
import { check } from '#read-model';
import { freshDatabase, type TestDatabase } from '#test/database';
import { LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Idempotency } from './0004-idempotency.js';
import { migrations } from './index.js';

let database: TestDatabase;
let owner: Database;

beforeAll(async () => {
  database = await freshDatabase();
  owner = await database.connect('owner', 4);
});
afterAll(() => database.dispose());

it('gives a database of an earlier release what a new one has, with operations in it', async () => {
  const fixture = new LedgerFixture(database.db);
  const { clusterId } = await fixture.addCluster(1);
  await fixture.record('volume', 'v', [sample.volumeCreateAccepted('v', clusterId, [])]);
  await fixture.record('operation', 'old', [sample.operationAccepted('old', clusterId, { subjectId: 'v' })]);
  await owner.query('drop table brickyard.idempotency_record');
  await owner.query('alter table read_model.operation drop column request_digest');
  const { name } = new Idempotency();
  await owner.query('delete from brickyard.migration where name = $1', [name]);

  expect(await migrate(database.ownerUrl, migrations)).toEqual([name]);
  await assertMigrated(database.ownerUrl, migrations);

  const requestDigest = newId();
  await fixture.record('operation', 'new', [
    sample.operationAccepted('new', clusterId, { subjectId: 'v', requestDigest }),
  ]);
  expect(await fixture.queries.operationInFlight('admin', requestDigest)).toBe('new');
  expect((await check(fixture.shadowParts(owner))).differences).toEqual([]);
});
