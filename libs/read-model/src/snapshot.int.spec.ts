import { newId } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { snapshotsOf } from './snapshot.js';

let test: TestDatabase;
let fixture: LedgerFixture;

beforeAll(async () => {
  test = await freshDatabase();
  fixture = new LedgerFixture(test.db);
});
afterAll(() => test.dispose());

it('answers all questions as of one moment, and holds nobody up', async () => {
  const snapshot = snapshotsOf(test.db);
  await snapshot(async (queries) => {
    const before = await queries.clusterIds();
    const clusterId = newId();
    await fixture.record('cluster', clusterId, [sample.clusterCreated(clusterId)]);
    expect(await queries.clusterIds()).toEqual(before);
    expect(await fixture.queries.clusterIds()).toContain(clusterId);
  });
  await expect(snapshot((queries) => queries.clusterIds())).resolves.toHaveLength(1);
});

it('asks only: whatever is thrown comes out, and the connection is free again', async () => {
  const snapshot = snapshotsOf(test.db);
  // More of them than the pool has connections.
  const failed = Array.from({ length: 30 }, () => snapshot(() => Promise.reject(new Error('as intended'))));
  const ends = await Promise.allSettled(failed);
  expect(ends.map((end) => end.status === 'rejected' && String(end.reason))).toEqual(
    failed.map(() => 'Error: as intended'),
  );
  await expect(snapshot((queries) => queries.volumeIds())).resolves.toEqual([]);
});
