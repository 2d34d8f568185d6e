import type { OperationDescription, OperationEvent } from '#domain';
import { newId, systemAttribution, type Database } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import type { OperationFilter, OperationPlace } from '../queries.js';
import { check } from '../rebuild/check.js';
import { allWaitBehind } from './lanes.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let test: TestDatabase;
let owner: Database;
let fixture: LedgerFixture;
const [one, other] = [newId(), newId()];

beforeAll(async () => {
  test = await freshDatabase();
  owner = await test.connect('owner', 4);
  fixture = new LedgerFixture(test.db);
  for (const id of [one, other]) await fixture.record('cluster', id, [sample.clusterCreated(id)]);
});
afterAll(() => test.dispose());

/** Accepts an operation of a device on somebody's behalf, later than all before it. @returns its id */
async function accept(given: Partial<OperationDescription> = {}, actor = 'alice', issuer = 'admin'): Promise<string> {
  const id = newId();
  const subjectId = given.subjectId ?? newId();
  const description = { kind: 'device-resync', subjectKind: 'device', subjectId, ...given } as const;
  const [last] = await test.db.query<{ at: Date }>('select max(accepted_at) as at from read_model.operation');
  await expect
    .poll(
      async () =>
        (
          await test.db.query<{ later: boolean }>(
            "select clock_timestamp() > $1::timestamptz + interval '1 ms' as later",
            [last?.at ?? new Date(0)],
          )
        )[0]?.later,
    )
    .toBe(true);
  const attribution = { ...systemAttribution(actor, id), issuer, requestId: `request ${id}` };
  await fixture.ledger.transact({ attribution, commandId: newId() }, (tx) =>
    tx.append([
      {
        kind: 'operation',
        id,
        expectedVersion: 0,
        events: [sample.operationAccepted(id, given.clusterId ?? one, description)],
      },
    ]),
  );
  return id;
}

const record = (id: string, ...events: OperationEvent[]): Promise<void> => fixture.record('operation', id, events);
const started: OperationEvent = { type: 'OperationStarted', data: { worker: 'w', attempt: 1, leaseEpochs: {} } };
const succeeded: OperationEvent = { type: 'OperationSucceeded', data: { location: null } };
const failed: OperationEvent = { type: 'OperationFailed', data: { reason: 'no' } };

/** All ids of a list, page by page. */
async function listed(filter: OperationFilter, limit = 2): Promise<string[]> {
  const ids: string[] = [];
  let after: OperationPlace | null = null;
  do {
    const page = await fixture.queries.operations(filter, after, limit);
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    ids.push(...page.entries.map(({ operation }) => operation.operationId));
    after = page.next;
  } while (after !== null);
  return ids;
}

describe('the list of operations', () => {
  it('is newest first and can be asked for by what they are, whose they are, and how they stand', async () => {
    const subjectId = newId();
    const a = await accept({ subjectId });
    const b = await accept({ kind: 'volume-create', subjectKind: 'volume' }, 'bob', 'user');
    const c = await accept({ clusterId: other, kind: 'cleanup' }, 'worker-1', 'brickyard');
    const d = await accept({ subjectId }, 'bob');
    const e = await accept({ kind: 'volume-create', subjectKind: 'volume', clusterId: other });
    await record(a, started, succeeded);
    await record(b, started, failed);
    await record(d, started);
    await record(e, started, { type: 'CompensationStarted', data: { reason: 'no' } });

    expect(await listed({})).toEqual([e, d, c, b, a]);
    expect(await listed({ status: 'unfinished' })).toEqual([e, d, c]);
    expect(await listed({ status: 'accepted' })).toEqual([c]);
    expect(await listed({ status: 'compensating' })).toEqual([e]);
    expect(await listed({ status: 'succeeded' })).toEqual([a]);
    expect(await listed({ status: 'failed' })).toEqual([b]);
    expect(await listed({ kind: 'volume-create' })).toEqual([e, b]);
    expect(await listed({ subject: { kind: 'device', id: subjectId } })).toEqual([d, a]);
    expect(await listed({ subject: { kind: 'device', id: subjectId }, status: 'running' })).toEqual([d]);
    expect(await listed({ clusterId: other })).toEqual([e, c]);
    expect(await listed({ actor: 'bob' })).toEqual([d, b]);
    expect(await listed({ issuer: 'user' })).toEqual([b]);
    expect(await listed({ kind: 'volume-create', clusterId: other, actor: 'alice' })).toEqual([e]);
    expect(await listed({ actor: 'nobody' })).toEqual([]);
  });

  it('says of each who asked for it, when it began and ended, and what it waits for', async () => {
    const resource = `device/${newId()}`;
    const first = await accept({ resources: [resource] });
    const second = await accept({ resources: [resource] });
    await record(first, started);
    const entry = await fixture.queries.operationEntry(second);
    expect(entry).toMatchObject({
      operation: { operationId: second, status: 'accepted' },
      startedAt: null,
      endedAt: null,
      requestedBy: { actor: 'alice', issuer: 'admin', requestId: `request ${second}` },
      waitsFor: { operationId: first, kind: 'device-resync', status: 'running', resource },
      volume: null,
    });
    await record(first, succeeded);
    const [before, after] = [await fixture.queries.operationEntry(first), await fixture.queries.operationEntry(second)];
    expect(after?.waitsFor).toBeNull();
    const times = [before?.acceptedAt, before?.startedAt, before?.endedAt].map((time) => time?.getTime() ?? 0);
    expect(times).toEqual(times.toSorted((x, y) => x - y));
    expect(times).not.toContain(0);
    expect(await fixture.queries.operationEntry(newId())).toBeNull();
  });

  it('says what each waits for: the first of all that want what it wants, before it', async () => {
    const lanes = Array.from({ length: 5 }, newId);
    const all: { id: string; resources: string[] }[] = [];
    for (let n = 0; n < 30; n += 1) {
      const resources = lanes.filter(() => Math.random() < 0.3);
      all.push({ id: await accept({ resources }), resources });
    }
    const ended = all.filter(() => Math.random() < 0.3);
    for (const { id } of ended) await record(id, failed);
    const open = all.filter((each) => !ended.includes(each));
    const waits = await allWaitBehind(
      test.db,
      all.map(({ id }) => id),
    );
    const found = open.map(({ id }) => waits.get(id)).map((wait) => wait && [wait.operationId, wait.resource]);
    const expected = open.map(({ resources }, nth) => {
      const first = open.slice(0, nth).find((older) => older.resources.some((key) => resources.includes(key)));
      return first && [first.id, resources.find((key) => first.resources.includes(key))];
    });
    expect(found).toEqual(expected);
    expect(ended.filter(({ id }) => waits.has(id))).toEqual([]);
  });

  it('brings the volume that an unfinished operation is about', async () => {
    const { clusterId, nodeIds, deviceIds } = await fixture.addCluster(1);
    const volumeId = newId();
    const place = { volumeId, deviceId: deviceIds[0]!, nodeId: nodeIds[0]! };
    await fixture.record('volume', volumeId, [
      sample.volumeCreateAccepted(volumeId, clusterId, [sample.brick(newId(), place)]),
    ]);
    const id = await accept({ kind: 'volume-create', subjectKind: 'volume', subjectId: volumeId, clusterId });
    expect((await fixture.queries.operationEntry(id))?.volume).toMatchObject({ volumeId, status: 'creating' });
    await record(id, started, failed);
    expect((await fixture.queries.operationEntry(id))?.volume).toBeNull();
  });

  it('looks at no more than a bounded number of operations for one page, however many there are', async () => {
    const many = 1200;
    const ids = Array.from({ length: many }, newId);
    const clusterId = newId();
    for (let from = 0; from < many; from += 200) {
      const appended = ids.slice(from, from + 200);
      await fixture.transact((tx) =>
        tx.append(
          appended.map((id) => ({
            kind: 'operation' as const,
            id,
            expectedVersion: 0,
            events: [
              sample.operationAccepted(id, clusterId, { kind: 'device-resync', subjectKind: 'device' }),
              succeeded,
            ],
          })),
        ),
      );
    }
    const page = await fixture.queries.operations({ clusterId, actor: 'nobody' }, null, 10);
    expect(page.entries).toEqual([]);
    expect(page.next).not.toBeNull();
    expect(await listed({ clusterId, actor: 'nobody' })).toEqual([]);
    expect((await listed({ clusterId }, 500)).toSorted()).toEqual(ids.toSorted());
  });

  it('goes along an index, whichever filter is given', async () => {
    await owner.query('analyze read_model.operation');
    for (const [condition, index] of [
      ["kind = 'cleanup'", 'operation_of_kind'],
      [`cluster_id = '${other}'`, 'operation_of_cluster'],
      ["status = 'failed'", 'operation_failed'],
      ['true', 'operation_accepted_at'],
    ] as const) {
      const rows = await owner.query<Record<string, string>>(
        `explain select * from read_model.operation where ${condition} order by accepted_at desc, id desc limit 10`,
      );
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(index);
    }
  });

  it('needs nothing that a rebuild would not make', async () => {
    // Of rows alone: the objects that these operations are about were never made.
    const { differences } = await check(fixture.shadowParts(owner));
    expect(differences.filter(({ what }) => what === 'row')).toEqual([]);
  });
});
