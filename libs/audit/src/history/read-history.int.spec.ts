import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamKind } from '#domain';
import { type LogPosition, PostgresEventStore } from '#event-store';
import { type Attribution, type DomainEvent, newId, type Sql, systemAttribution } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import * as sample from '#test/sample-events';
import { untilVisible } from '#test/tampered-log';
import type { LogOrder } from '../search/filter.js';
import type { HistoryEntry } from './history-entry.js';
import { readHistory } from './read-history.js';

const store = new PostgresEventStore();
const VOLUMES = 12;
/** Of the device that was measured again and again. */
const MEASUREMENTS = 2_000;
const [cluster, node, device] = ['c1', 'n1', 'd1'];
let database: TestDatabase;

const asked = (actor: string, operationId: string): Attribution => ({
  ...systemAttribution(actor, operationId),
  issuer: 'user',
  requestId: newId(),
});

async function versionOf(kind: StreamKind, id: string): Promise<number> {
  const [stream] = await database.db.query<{ version: string }>(
    'select version from brickyard.event_stream where kind = $1 and id = $2',
    [kind, id],
  );
  return Number(stream?.version ?? 0);
}

async function append(
  kind: StreamKind,
  id: string,
  events: readonly DomainEvent[],
  attribution: Attribution,
): Promise<void> {
  const expectedVersion = await versionOf(kind, id);
  await database.db.transaction((tx) =>
    store.append(tx, [{ kind, id, expectedVersion, events }], { attribution, commandId: newId() }),
  );
}

/** A volume that comes and goes, by two operations of three streams each. */
async function live(volumeId: string): Promise<void> {
  const brick = sample.brick(`brick-${volumeId}`, { volumeId, deviceId: device, nodeId: node });
  const operation = async (operationId: string, actor: string, events: readonly (readonly DomainEvent[])[]) => {
    const [begin = [], onDevice = [], end = []] = events;
    const by = asked(actor, operationId);
    const accepted = sample.operationAccepted(operationId, cluster, { subjectId: volumeId });
    await append('operation', operationId, [accepted], by);
    await append('volume', volumeId, begin, by);
    await append('device', device, onDevice, by);
    const worker = systemAttribution('worker-1', operationId);
    await append('volume', volumeId, end, worker);
    await append('operation', operationId, [{ type: 'OperationSucceeded', data: { location: null } }], worker);
  };
  const [deleteAccepted, deleted] = sample.volumeDeleted(volumeId);
  await operation(`op-${volumeId}`, 'ann', [
    [sample.volumeCreateAccepted(volumeId, cluster, [brick])],
    [{ type: 'BrickReserved', data: brick }],
    [sample.volumeCreated(volumeId)],
  ]);
  await operation(`op-delete-${volumeId}`, 'bob', [
    [deleteAccepted!],
    [{ type: 'BrickReleased', data: brick }],
    [deleted!],
  ]);
}

beforeAll(async () => {
  database = await freshDatabase();
  const admin = { ...asked('ann', 'none'), correlationId: 'r', requestId: 'r' };
  await append('cluster', cluster, [sample.clusterCreated(cluster)], admin);
  await append('node', node, sample.nodeAdded(node, cluster), admin);
  await append('device', device, sample.deviceAdded(device, node, cluster), admin);
  for (let nth = 1; nth <= VOLUMES; nth += 1) await live(`v${nth.toString()}`);
  await append('node', 'n2', sample.nodeAdded('n2', cluster), admin);
  await append('device', 'd2', sample.deviceAdded('d2', 'n2', cluster), admin);
  const measured = {
    type: 'DeviceResynced',
    data: { totalKiB: 9, freeKiB: 9, extentSizeKiB: 4096, pvUuid: '', paths: [] },
  };
  await append(
    'device',
    'd2',
    Array.from({ length: MEASUREMENTS }, () => measured),
    admin,
  );
  await untilVisible(database.db);
});
afterAll(() => database.dispose());

async function pages(
  object: Parameters<typeof readHistory>[1],
  limit: number,
  order: LogOrder = 'oldest-first',
): Promise<HistoryEntry[][]> {
  const found: HistoryEntry[][] = [];
  let after: LogPosition | null = null;
  do {
    const page: Awaited<ReturnType<typeof readHistory>> = await readHistory(database.db, object, {
      order,
      after,
      limit,
    });
    found.push([...page.entries]);
    after = page.next;
  } while (after !== null);
  return found;
}

const whole = async (object: Parameters<typeof readHistory>[1]): Promise<HistoryEntry[]> =>
  (await pages(object, 5_000)).flat();

describe('the history of an object', () => {
  it.each([
    ['volume', 'v7', 2],
    ['device', device, 2 * VOLUMES + 2],
    ['node', node, 2 * VOLUMES + 4],
    ['cluster', cluster, 2 * VOLUMES + 1 + 4 + 4 + MEASUREMENTS],
    ['operation', 'op-v3', 1],
  ] as const)('of a %s is the same in pages of any size, and from its end', async (kind, id, entries) => {
    const object = { kind, id };
    const all = await whole(object);
    expect(all).toHaveLength(entries);
    if (entries > 100) return;
    for (const limit of [1, 2, 7]) {
      const forward = await pages(object, limit);
      expect(forward.flat()).toEqual(all);
      for (const page of forward.slice(0, -1)) expect(page).toHaveLength(limit);
      expect((await pages(object, limit, 'newest-first')).flat()).toEqual(all.toReversed());
    }
  });

  it('is that of its own life where it is gone', async () => {
    const entries = await whole({ kind: 'volume', id: 'v7' });
    expect(entries.map(({ actor, what, operationId }) => [actor, what, operationId])).toEqual([
      ['ann', 'volume vol_v7 created', 'op-v7'],
      ['bob', 'volume vol_v7 deleted', 'op-delete-v7'],
    ]);
    expect(entries[0]!.events.map(({ type }) => type)).toEqual([
      'VolumeCreateAccepted',
      'BrickReserved',
      'VolumeCreated',
    ]);
    expect(entries[1]!.operation).toMatchObject({ status: 'succeeded' });
  });

  it('is empty for what never was, and for what is of another kind', async () => {
    expect(
      await readHistory(database.db, { kind: 'volume', id: 'v99' }, { order: 'oldest-first', after: null, limit: 9 }),
    ).toEqual({
      entries: [],
      next: null,
    });
    expect(await whole({ kind: 'node', id: 'v7' })).toEqual([]);
  });

  it('has an entry for each event without an operation, however many there are', async () => {
    const entries = await whole({ kind: 'device', id: 'd2' });
    expect(entries).toHaveLength(2 + MEASUREMENTS);
    expect(entries.slice(2).every(({ events, operation }) => events.length === 1 && operation === null)).toBe(true);
  });
});

describe('a page of a history', () => {
  /** What a page reads of the log, wherever it is: hits and reads of blocks by its statements. */
  async function blocksOf(object: Parameters<typeof readHistory>[1], order: LogOrder, after: LogPosition | null) {
    let blocks = 0;
    const counting: Pick<Sql, 'query'> = {
      query: async (text, parameters) => {
        const [row] = await database.db.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
          `explain (analyze, buffers, format json) ${text}`,
          parameters,
        );
        const { Plan: plan } = row!['QUERY PLAN'][0];
        blocks += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
        return database.db.query(text, parameters);
      },
    };
    const page = await readHistory(counting, object, { order, after, limit: 10 });
    expect(page.entries).toHaveLength(10);
    return { blocks, next: page.next };
  }

  const most = { device: 300, cluster: 1_000 };
  it.each([
    ['device', 'd2', 'oldest-first'],
    ['device', 'd2', 'newest-first'],
    ['cluster', cluster, 'oldest-first'],
    ['cluster', cluster, 'newest-first'],
  ] as const)('of a %s reads a page and no more: %s, %s', async (kind, id, order) => {
    const first = await blocksOf({ kind, id }, order, null);
    const second = await blocksOf({ kind, id }, order, first.next);
    // A few for each event of the page: those of all events about the object are many thousands.
    for (const { blocks } of [first, second]) expect(blocks).toBeLessThan(most[kind]);
  });
});
