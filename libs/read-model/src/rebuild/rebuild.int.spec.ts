import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '#test/database';
import { createVolumeIn, deleteVolumeIn, LedgerFixture, recordIn } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import type { BrickReservation } from '#domain';
import { PostgresEventStore, type RecordedEvent } from '#event-store';
import { newId, type Database } from '#kernel';
import { check } from './check.js';
import { rebuild } from './rebuild.js';

describe('rebuild', () => {
  let test: TestDatabase;
  let owner: Database;
  let fixture: LedgerFixture;

  beforeAll(async () => {
    test = await freshDatabase();
    owner = await test.connect('owner', 4);
    fixture = new LedgerFixture(test.db);
  });
  afterAll(() => test.dispose());

  const liveOid = async (): Promise<unknown> =>
    (await owner.query<{ oid: unknown }>("select to_regnamespace('read_model')::oid as oid"))[0]?.oid;

  it('brings back what was lost, from the log alone', async () => {
    const { clusterId, nodeIds, deviceIds } = await fixture.addCluster(3);
    const bricks = deviceIds.map((deviceId, nth) =>
      sample.brick(newId(), { volumeId: 'lost', deviceId, nodeId: nodeIds[nth]! }),
    );
    await fixture.transact((tx) => createVolumeIn(tx, clusterId, 'lost', bricks));
    const before = await fixture.queries.volume('lost');
    await owner.query(
      'truncate read_model.cluster, read_model.node, read_model.device, read_model.volume, read_model.brick',
    );
    await rebuild(fixture.shadowParts(owner));
    expect(await fixture.queries.volume('lost')).toEqual(before);
    expect(before?.bricks).toHaveLength(3);
    expect(await check(fixture.shadowParts(owner))).toEqual({ differences: [] });
  });

  it(
    'loses nothing that is written meanwhile, and hides nothing from who has written it',
    { timeout: 180_000 },
    async () => {
      const cluster = await fixture.addCluster(3);
      const stop = { now: false };
      const writers = [0, 1, 2, 3].map((nth) => keepWriting(fixture, cluster, nth, stop));
      const oids = new Set([await liveOid()]);
      try {
        for (let nth = 0; nth < 4; nth += 1) {
          await rebuild(fixture.shadowParts(owner));
          oids.add(await liveOid());
          expect(await check(fixture.shadowParts(owner))).toEqual({ differences: [] });
        }
      } finally {
        stop.now = true;
      }
      const kept = (await Promise.all(writers)).flat();
      expect(oids.size).toBe(5);
      expect(kept.length).toBeGreaterThan(8);
      const { volumeIds } = (await fixture.queries.cluster(cluster.clusterId))!;
      expect(volumeIds).toEqual(kept.sort());
      expect(await check(fixture.shadowParts(owner))).toEqual({ differences: [] });
    },
  );

  it.each([1, 2, 3, 7])('comes to the same rows when it reads %d events at a time', async (events) => {
    const { clusterId, nodeIds, deviceIds } = await fixture.addCluster(1);
    for (let nth = 0; nth < 3; nth += 1) {
      const volumeId = newId();
      const data = sample.brick(newId(), { volumeId, deviceId: deviceIds[0]!, nodeId: nodeIds[0]! });
      await fixture.transact((tx) => createVolumeIn(tx, clusterId, volumeId, [data]));
      if (nth === 1) await fixture.transact((tx) => deleteVolumeIn(tx, volumeId, [data]));
      await fixture.record('operation', volumeId, [sample.operationAccepted(volumeId, clusterId)]);
      await fixture.record('operation', volumeId, [{ type: 'OperationSucceeded', data: { location: null } }]);
    }
    const parts = { ...fixture.shadowParts(owner), steps: { streams: 4, events } };
    expect(await check(parts)).toEqual({ differences: [] });
  });

  it('does not wait for a transaction that has nothing to do with it', async () => {
    const other = await test.connect('app', 1);
    const { clusterId } = await fixture.addCluster(1);
    await other.transaction(async (tx) => {
      await tx.query('select pg_current_xact_id()');
      await fixture.transact((own) => createVolumeIn(own, clusterId, 'unguarded', []));
      await rebuild(fixture.shadowParts(owner));
    });
    expect(await fixture.queries.volume('unguarded')).not.toBeNull();
  });

  it('lets a reader finish that has found the old tables, then tries again', async () => {
    const [reader, before] = [await test.connect('app', 1), await liveOid()];
    let rebuilding = Promise.resolve();
    await reader.transaction(async (tx) => {
      await tx.query('select from read_model.brick limit 1');
      rebuilding = rebuild(fixture.shadowParts(owner));
      await expect
        .poll(async () => {
          const waiting = await owner.query(
            "select from pg_locks where not granted and mode = 'AccessExclusiveLock' and locktype = 'relation'",
          );
          return waiting.length;
        })
        .toBeGreaterThan(0);
      expect(await liveOid()).toBe(before);
    });
    await rebuilding;
    expect(await liveOid()).not.toBe(before);
  });

  it('keeps the rights of the application', async () => {
    await rebuild(fixture.shadowParts(owner));
    const { clusterId } = await fixture.addCluster(1);
    expect((await fixture.queries.occupants('cluster', clusterId)).nodes.count).toBe(1);
  });

  it('puts a name that has passed from one object to the next where it belongs', async () => {
    const { clusterId } = await fixture.addCluster(0);
    // Ids in both orders: whichever stream is replayed first.
    for (const [first, second] of [
      ['a', 'b'],
      ['d', 'c'],
    ] as const) {
      const names = { manageHostnames: [`m-${first}`], storageHostnames: [`s-${first}`] };
      await fixture.record('node', first, sample.nodeAdded(first, clusterId, names));
      await fixture.record('node', first, sample.nodeDeleted(first));
      await fixture.record('node', second, sample.nodeAdded(second, clusterId, names));
      await fixture.transact((tx) => createVolumeIn(tx, clusterId, first, [], `name-${first}`));
      await fixture.transact((tx) => deleteVolumeIn(tx, first, []));
      await fixture.transact((tx) => createVolumeIn(tx, clusterId, second, [], `name-${first}`));
    }
    await rebuild(fixture.shadowParts(owner));
    expect(await fixture.queries.hostnameOwner('storage', 's-a')).toBe('b');
    expect(await fixture.queries.hostnameOwner('storage', 's-d')).toBe('c');
    expect(await check(fixture.shadowParts(owner))).toEqual({ differences: [] });
  });

  it('copes with a name that passes on between two of its rounds', async () => {
    const { clusterId } = await fixture.addCluster(0);
    const node = (id: string) => sample.nodeAdded(id, clusterId, { manageHostnames: ['p'], storageHostnames: ['p'] });
    await fixture.record('node', 'pass-2', node('pass-2'));
    await fixture.transact((tx) => createVolumeIn(tx, clusterId, 'pass-2', [], 'passed'));
    const passOn = once(async () => {
      await fixture.record('node', 'pass-2', sample.nodeDeleted('pass-2'));
      await fixture.record('node', 'pass-1', node('pass-1'));
      await fixture.transact((tx) => deleteVolumeIn(tx, 'pass-2', []));
      await fixture.transact((tx) => createVolumeIn(tx, clusterId, 'pass-1', [], 'passed'));
    });
    class EventStoreWithMeddling extends PostgresEventStore {
      override async readStreams(...query: Parameters<PostgresEventStore['readStreams']>): Promise<RecordedEvent[]> {
        await passOn();
        return await super.readStreams(...query);
      }
    }
    const parts = { ...fixture.shadowParts(owner), eventStore: new EventStoreWithMeddling() };
    // One stream at a time: the new holder, whose id comes first, is written before the old one's end is read.
    await rebuild({ ...parts, steps: { streams: 1, events: 100 } });
    expect(await fixture.queries.hostnameOwner('storage', 'p')).toBe('pass-1');
    expect(await fixture.queries.cluster(clusterId)).toMatchObject({ nodeIds: ['pass-1'], volumeIds: ['pass-1'] });
    expect(await check(fixture.shadowParts(owner))).toEqual({ differences: [] });
  });
});

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

/**
 * Creates volumes, deletes every other one, hands one volume name and one host name from hand to hand, and looks at each
 * outcome at once. @returns the ids of the volumes that are left
 */
async function keepWriting(
  fixture: LedgerFixture,
  cluster: { clusterId: string; nodeIds: string[]; deviceIds: string[] },
  nth: number,
  stop: { readonly now: boolean },
): Promise<string[]> {
  const kept: string[] = [];
  const { clusterId } = cluster;
  const names = { manageHostnames: [`roaming-${nth}`], storageHostnames: [`roaming-${nth}`] };
  for (let round = 0; !stop.now; round += 1) {
    const volumeId = newId();
    const passes = round % 2 === 0;
    const bricks = cluster.deviceIds.map((deviceId, at): BrickReservation =>
      sample.brick(newId(), { volumeId, deviceId, nodeId: cluster.nodeIds[at]! }),
    );
    await fixture.transact(async (tx) => {
      await tx.lockCluster(clusterId);
      await createVolumeIn(tx, clusterId, volumeId, bricks, passes ? `passed-on-${nth}` : `kept-${nth}-${round}`);
    });
    expect((await fixture.queries.volume(volumeId))?.bricks).toHaveLength(bricks.length);
    if (passes) {
      await fixture.transact(async (tx) => {
        await tx.lockCluster(clusterId);
        await deleteVolumeIn(tx, volumeId, bricks);
      });
      expect(await fixture.queries.volume(volumeId)).toBeNull();
    } else {
      kept.push(volumeId);
    }
    const nodeId = newId();
    await fixture.transact((tx) => recordIn(tx, 'node', nodeId, sample.nodeAdded(nodeId, clusterId, names)));
    expect(await fixture.queries.hostnameOwner('manage', `roaming-${nth}`)).toBe(nodeId);
    await fixture.transact((tx) => recordIn(tx, 'node', nodeId, sample.nodeDeleted(nodeId)));
  }
  return kept;
}
