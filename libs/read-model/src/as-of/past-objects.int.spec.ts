import type { ClusterState } from '#domain';
import { PostgresEventStore, logPosition } from '#event-store';
import type { Sql } from '#kernel';
import { type TestDatabase, freshDatabase } from '#test/database';
import { LedgerFixture } from '#test/ledger-fixture';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ObjectPage } from './objects.js';
import { PastObjects } from './past-objects.js';

const GONE = 60;

let database: TestDatabase;
let fixture: LedgerFixture;
let past: PastObjects;
let questions = 0;
/** Of those that are not gone, in order. */
const there: string[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  fixture = new LedgerFixture(database.db);
  for (let nth = 0; nth < GONE; nth += 1) {
    const { clusterId } = await fixture.addCluster(0);
    if (nth % 15 === 7) there.push(clusterId);
    else await fixture.record('cluster', clusterId, [{ type: 'ClusterDeleted', data: {} }]);
  }
  there.sort();
  past = await pastNow();
});
afterAll(() => database.dispose());

async function pastNow(): Promise<PastObjects> {
  const [last] = await database.db.query<{ transaction_id: string; global_position: string }>(
    'select transaction_id, global_position from brickyard.event order by transaction_id desc, global_position desc limit 1',
  );
  const counted: Sql = {
    query: (text, parameters) => {
      questions += 1;
      return database.db.query(text, parameters);
    },
  };
  const log = { sql: counted, eventStore: new PostgresEventStore() };
  return new PastObjects(log, logPosition(last!.transaction_id, last!.global_position));
}

it.each([1, 2, 3, 100])('gives pages of %i, whatever is gone in between', async (limit) => {
  const pages: string[][] = [];
  let after: string | null = null;
  do {
    const page: ObjectPage<ClusterState> = await past.page('cluster', after, limit);
    pages.push(page.states.map(({ clusterId }) => clusterId));
    after = page.next;
  } while (after !== null);
  expect(pages.flat()).toEqual(there);
  expect(pages.every((page) => page.length <= limit)).toBe(true);
});

it('reads streams of any length to their ends', async () => {
  const flags = (nth: number) => ({
    type: 'ClusterFlagsChanged' as const,
    data: { file: nth % 2 === 0, block: nth % 3 === 0 },
  });
  const last = [999, 1000, 1001, 2500].map((length, nth) => ({ id: there[nth]!, length }));
  for (const { id, length } of last) {
    await fixture.record(
      'cluster',
      id,
      Array.from({ length }, (_, nth) => flags(nth + 1)),
    );
  }
  const { states } = await (await pastNow()).page('cluster', null, 100);
  expect(states.map(({ clusterId, file, block }) => ({ clusterId, file, block }))).toEqual(
    last.map(({ id, length }) => ({ clusterId: id, ...flags(length).data })),
  );
  expect(await past.page('cluster', null, 1)).toMatchObject({ states: [{ file: true, block: true }] });
});

it('does not ask for each of those that are gone', async () => {
  questions = 0;
  await past.page('cluster', null, 1);
  await past.page('cluster', there.at(-1) ?? null, 1);
  // Twice as many at a time with each question: of 56 in a row at most seven reads, of up to two questions each, for either page.
  expect(questions).toBeLessThan(30);
});
