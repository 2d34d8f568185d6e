import { Lanes } from '../../../../migrations/0005-lanes.js';
import type { OperationEvent } from '#domain';
import { newId, type Sql } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { PostgresQueries } from '../postgres-queries.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let test: TestDatabase;
let fixture: LedgerFixture;
const clusterId = newId();

beforeAll(async () => {
  test = await freshDatabase();
  fixture = new LedgerFixture(test.db);
  await fixture.record('cluster', clusterId, [sample.clusterCreated(clusterId)]);
});
afterAll(() => test.dispose());

/** @returns an operation that was accepted now and wants these resources */
async function accept(...resources: readonly string[]): Promise<string> {
  const id = newId();
  await fixture.record('operation', id, [sample.operationAccepted(id, clusterId, { resources })]);
  return id;
}

const record = (id: string, event: OperationEvent): Promise<void> => fixture.record('operation', id, [event]);
const end = (id: string): Promise<void> => record(id, { type: 'OperationFailed', data: { reason: 'as intended' } });
const mayStart = async (...ids: readonly string[]): Promise<string[]> => {
  const turn = await fixture.queries.mayStart(ids);
  return ids.filter((id) => turn.has(id));
};

it('lanes are counted for the metrics: in how many somebody waits, and how many in the longest', async () => {
  const lanes = async (): Promise<unknown> => (await fixture.queries.metrics()).lanes;
  expect(await lanes()).toEqual({ waiting: 0, longest: 0 });
  const [a, b] = [newId(), newId()];
  const first = await accept(a);
  const others = [await accept(a, b), await accept(a), await accept(b), await accept(newId())];
  const own = newId();
  await fixture.record('operation', own, [
    sample.operationAccepted(own, clusterId, { kind: 'cleanup', resources: [a] }),
  ]);
  expect(await lanes()).toEqual({ waiting: 2, longest: 2 });
  await end(first);
  expect(await lanes()).toEqual({ waiting: 2, longest: 1 });
  for (const id of [...others, own]) await end(id);
  expect(await lanes()).toEqual({ waiting: 0, longest: 0 });
});

describe('it is the turn of an operation', () => {
  it('when all that were accepted before it for one of its resources have ended', async () => {
    const [a, b] = [newId(), newId()];
    const first = await accept(a);
    const both = await accept(a, b);
    const last = await accept(b);
    const other = await accept(newId());
    expect(await mayStart(first, both, last, other)).toEqual([first, other]);
    const waits = { kind: 'volume-create', status: 'accepted' };
    expect(await fixture.queries.waitsBehind(both)).toEqual({ ...waits, operationId: first, resource: a });
    expect(await fixture.queries.waitsBehind(last)).toEqual({ ...waits, operationId: both, resource: b });
    expect(await fixture.queries.waitsBehind(other)).toBeNull();
    await end(first);
    expect(await mayStart(first, both, last)).toEqual([both]);
    await end(both);
    expect(await mayStart(both, last)).toEqual([last]);
    expect(await fixture.queries.waitsBehind(last)).toBeNull();
  });

  it('for as long as it runs or is undone, though younger ones come', async () => {
    const lane = newId();
    const older = await accept(lane);
    const younger = await accept(lane);
    await record(older, { type: 'OperationStarted', data: { worker: 'w', attempt: 1, leaseEpochs: {} } });
    await record(older, { type: 'CompensationStarted', data: { reason: 'no' } });
    expect(await mayStart(older, younger)).toEqual([older]);
  });

  it('although a cleanup was accepted before it: that may wait for a node for ever', async () => {
    const lane = newId();
    const cleanup = newId();
    const accepted = sample.operationAccepted(cleanup, clusterId, { kind: 'cleanup', resources: [lane] });
    await fixture.record('operation', cleanup, [accepted]);
    const younger = await accept(lane);
    expect(await mayStart(cleanup, younger)).toEqual([cleanup, younger]);
    expect(await fixture.queries.nextInLanes([lane])).toEqual([younger]);
  });

  it('not where it is unknown', async () => {
    expect(await mayStart('nobody')).toEqual([]);
  });
});

describe('next in the lanes of an operation that ended', () => {
  it('are those that waited for it alone', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    const ended = await accept(a, b);
    const busy = await accept(c);
    const ofA = await accept(a);
    const ofBAndC = await accept(b, c);
    await accept(a);
    expect(await fixture.queries.nextInLanes([a, b])).toEqual([ended]);
    await end(ended);
    expect(await fixture.queries.nextInLanes([a, b])).toEqual([ofA]);
    await end(busy);
    expect(await fixture.queries.nextInLanes([c])).toEqual([ofBAndC]);
    expect(await fixture.queries.nextInLanes([])).toEqual([]);
  });
});

describe('ahead of an operation that is not accepted yet', () => {
  it('are those in its lanes that have not ended, in their order', async () => {
    const [a, b] = [newId(), newId()];
    const ended = await accept(a);
    const first = await accept(a, b);
    const second = await accept(a);
    await accept(newId());
    await end(ended);
    const waits = { kind: 'volume-create', status: 'accepted', resource: a };
    expect(await fixture.queries.aheadInLanes([a], 10)).toEqual([
      { ...waits, operationId: first },
      { ...waits, operationId: second },
    ]);
    expect(await fixture.queries.aheadInLanes([a], 1)).toHaveLength(1);
    expect(await fixture.queries.aheadInLanes([b], 10)).toMatchObject([{ operationId: first, resource: b }]);
    expect(await fixture.queries.aheadInLanes([newId()], 10)).toEqual([]);
  });
});

describe('with a backlog of twenty thousand operations', () => {
  const lane = newId();
  let waiting: string[];

  beforeAll(async () => {
    waiting = [await accept(lane), await accept(lane), await accept(lane)];
    const owner = await test.connect('owner', 1);
    await owner.query(
      `insert into read_model.operation (id, cluster_id, kind, status, subject_kind, subject_id, version, accepted_at, doc)
       select n::text, $1, 'volume-delete', 'accepted', 'volume', n::text, 1, now(),
         jsonb_build_object('resources', jsonb_build_array('volume/' || n)) from generate_series(1, 20000) as n`,
      [clusterId],
    );
    await owner.query('analyze read_model.operation, brickyard.event');
  });

  /** Pages of the database that the statements of a question touch. */
  async function pagesOf(ask: (sql: Sql) => Promise<unknown>): Promise<number> {
    let pages = 0;
    const query: Sql['query'] = async (text, parameters) => {
      const [plan] = await test.db.query<{ 'QUERY PLAN': readonly { readonly Plan: Record<string, number> }[] }>(
        `explain (analyze, buffers, format json) ${text}`,
        parameters,
      );
      const { 'Shared Hit Blocks': hit = 0, 'Shared Read Blocks': read = 0 } = plan?.['QUERY PLAN'][0]?.Plan ?? {};
      pages += hit + read;
      return test.db.query(text, parameters);
    };
    await ask({ query });
    return pages;
  }

  it('looks at the lane alone', async () => {
    expect(await mayStart(...waiting)).toEqual(waiting.slice(0, 1));
    // The whole table has more than a thousand.
    expect(await pagesOf((sql) => new PostgresQueries(sql).mayStart(waiting))).toBeLessThan(300);
    expect(await pagesOf((sql) => new PostgresQueries(sql).nextInLanes([lane]))).toBeLessThan(300);
  });
});

describe('beside a version that does not know lanes', () => {
  const oldInsert = `insert into read_model.operation
    (id, cluster_id, kind, status, subject_kind, subject_id, version, accepted_at, doc)
    values ($1, $2, 'volume-delete', 'accepted', 'volume', 'v', 1, now(), $3)`;

  it('its operations are in their lanes too, and leave them', async () => {
    const lane = newId();
    const old = await accept();
    await test.db.query('delete from read_model.operation where id = $1', [old]);
    await test.db.query(oldInsert, [old, clusterId, JSON.stringify({ resources: [lane] })]);
    const younger = await accept(lane);
    expect(await mayStart(old, younger)).toEqual([old]);
    await test.db.query("update read_model.operation set status = 'succeeded' where id = $1", [old]);
    expect(await mayStart(old, younger)).toEqual([younger]);
  });

  it('the migration puts what is unfinished into its lanes, and may be repeated', async () => {
    const lane = newId();
    const [older, younger] = [await accept(lane), await accept(lane)];
    const owner = await test.connect('owner', 1);
    await owner.query('alter table read_model.operation drop column resources cascade');
    await owner.query('drop function read_model.operation_lanes cascade');
    const runner = test.source.createQueryRunner();
    try {
      await runner.query('set role none');
      await new Lanes().up(runner);
      await new Lanes().up(runner);
    } finally {
      await runner.query('set role brickyard_app');
      await runner.release();
    }
    expect(await mayStart(older, younger)).toEqual([older]);
  });
});
