import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '#test/database';
import { LedgerFixture, recordIn } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { StreamVersionConflict } from '#event-store';
import { newId, type Database, type Sql } from '#kernel';
import { PostgresQueries } from './postgres-queries.js';

describe('PostgresLedger', () => {
  let test: TestDatabase;
  let fixture: LedgerFixture;
  let owner: Database;

  beforeAll(async () => {
    test = await freshDatabase();
    fixture = new LedgerFixture(test.db);
    owner = await test.connect('owner', 1);
  });
  afterAll(() => test.dispose());

  const addCluster = async (): Promise<string> => {
    const id = newId();
    await fixture.record('cluster', id, [sample.clusterCreated(id)]);
    return id;
  };
  const flags = (file: boolean) => ({ type: 'ClusterFlagsChanged', data: { file, block: false } }) as const;
  const eventCount = async (id: string): Promise<number> =>
    (await fixture.eventStore.readStream(test.db, 'cluster', id)).length;

  it('reads its own writes before the commit, everybody after it', async () => {
    const id = newId();
    await fixture.transact(async (tx) => {
      expect(await tx.load('cluster', id)).toMatchObject({ version: 0, state: { status: 'none' } });
      await tx.append([{ kind: 'cluster', id, expectedVersion: 0, events: [sample.clusterCreated(id)] }]);
      expect(await tx.load('cluster', id, { lock: true })).toMatchObject({ version: 1, state: { status: 'active' } });
      expect(await new PostgresQueries(tx.sql).clusterIds()).toContain(id);
      expect(await fixture.queries.clusterIds()).not.toContain(id);
    });
    expect(await fixture.queries.clusterIds()).toContain(id);
  });

  it('keeps neither events nor rows of work that throws', async () => {
    const id = newId();
    const work = fixture.transact(async (tx) => {
      await recordIn(tx, 'cluster', id, [sample.clusterCreated(id)]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await fixture.queries.cluster(id)).toBeNull();
    expect(await eventCount(id)).toBe(0);
  });

  it('decides again on the newest state when somebody else was first', async () => {
    const id = await addCluster();
    const seen: number[] = [];
    await fixture.transact(async (tx) => {
      const { version } = await tx.load('cluster', id);
      seen.push(version);
      if (seen.length === 1) await fixture.record('cluster', id, [flags(false)]);
      await tx.append([{ kind: 'cluster', id, expectedVersion: version, events: [flags(true)] }]);
    });
    expect(seen).toEqual([1, 2]);
    expect(await fixture.transact((tx) => tx.load('cluster', id))).toMatchObject({ version: 3, state: { file: true } });
  });

  it('gives up after three repetitions', async () => {
    const id = await addCluster();
    let runs = 0;
    const work = fixture.transact(async (tx) => {
      runs += 1;
      const { version } = await tx.load('cluster', id);
      await fixture.record('cluster', id, [flags(false)]);
      await tx.append([{ kind: 'cluster', id, expectedVersion: version, events: [flags(true)] }]);
    });
    await expect(work).rejects.toThrow(StreamVersionConflict);
    expect(runs).toBe(4);
    expect(await eventCount(id)).toBe(5);
  });

  it('repeats the one that Postgres picks when two wait for each other', async () => {
    const [one, other] = [await addCluster(), await addCluster()];
    const bothHaveOne = barrier(2);
    let runs = 0;
    const crosswise = (first: string, second: string): Promise<void> =>
      fixture.transact(async (tx) => {
        runs += 1;
        await tx.load('cluster', first, { lock: true });
        if (runs <= 2) await bothHaveOne();
        await tx.load('cluster', second, { lock: true });
        await recordIn(tx, 'cluster', second, [flags(true)]);
      });
    await Promise.all([crosswise(one, other), crosswise(other, one)]);
    expect(runs).toBe(3);
    expect([await eventCount(one), await eventCount(other)]).toEqual([2, 2]);
  });

  it('keeps an append that took no lock waiting for one that did, without a deadlock', async () => {
    const id = await addCluster();
    const locked = barrier(2);
    let holderRuns = 0;
    const holder = fixture.transact(async (tx) => {
      holderRuns += 1;
      const { version } = await tx.load('cluster', id, { lock: true });
      await locked();
      await expect.poll(() => waitingForRow(owner)).toBe(1);
      await tx.append([{ kind: 'cluster', id, expectedVersion: version, events: [flags(true)] }]);
    });
    let otherRuns = 0;
    await locked();
    const other = fixture.transact(async (tx) => {
      otherRuns += 1;
      const { version } = await tx.load('cluster', id);
      await tx.append([{ kind: 'cluster', id, expectedVersion: version, events: [flags(false)] }]);
    });
    await Promise.all([holder, other]);
    expect([holderRuns, otherRuns]).toEqual([1, 2]);
    expect(await fixture.queries.state('cluster', id)).toMatchObject({ file: false });
  });

  it('sees after the wait for a lock what the holder has done', async () => {
    const id = await addCluster();
    const locked = barrier(2);
    const holder = fixture.transact(async (tx) => {
      const { version } = await tx.load('cluster', id, { lock: true });
      await locked();
      await expect.poll(() => waitingForRow(owner)).toBe(1);
      await tx.append([{ kind: 'cluster', id, expectedVersion: version, events: [flags(true)] }]);
    });
    await locked();
    const next = fixture.transact((tx) => tx.load('cluster', id, { lock: true }));
    expect(await next).toMatchObject({ version: 2, state: { file: true, block: false } });
    await holder;
  });

  it('does not repeat what may have been committed: a lost connection is an error', async () => {
    let runs = 0;
    const work = fixture.transact(async (tx) => {
      runs += 1;
      await tx.sql.query('select pg_terminate_backend(pg_backend_pid())');
    });
    await expect(work).rejects.toThrow();
    expect(runs).toBe(1);
  });

  it('gives a host name to one of two nodes that want it at the same time', async () => {
    const clusterId = await addCluster();
    const bothHaveLooked = barrier(2);
    const runs = new Map<string, number>();
    const add = (nodeId: string): Promise<string | null> =>
      fixture.transact(async (tx) => {
        const run = (runs.get(nodeId) ?? 0) + 1;
        runs.set(nodeId, run);
        const owner = await new PostgresQueries(tx.sql).hostnameOwner('storage', 'wanted');
        if (run === 1) await bothHaveLooked();
        if (owner !== null) return owner;
        await recordIn(tx, 'node', nodeId, sample.nodeAdded(nodeId, clusterId, { storageHostnames: ['wanted'] }));
        return null;
      });
    const nodeIds = [newId(), newId()];
    const owners = await Promise.all(nodeIds.map(add));
    const winner = nodeIds[owners.indexOf(null)];
    expect(owners.filter((owner) => owner !== null)).toEqual([winner]);
    expect(await fixture.queries.hostnameOwner('storage', 'wanted')).toBe(winner);
  });

  it('appends nothing and writes no row when a command is repeated', async () => {
    const [id, commandId] = [newId(), newId()];
    const create = (): Promise<void> =>
      fixture.transact(
        (tx) => tx.append([{ kind: 'cluster', id, expectedVersion: 0, events: [sample.clusterCreated(id)] }]),
        commandId,
      );
    const writer = async (): Promise<unknown> =>
      (await test.db.query('select xmin::text, version from read_model.cluster where id = $1', [id]))[0];
    await create();
    const first = await writer();
    await create();
    expect(await writer()).toEqual(first);
    await fixture.record('cluster', id, [flags(false)]);
    await create();
    expect(await fixture.transact((tx) => tx.load('cluster', id))).toMatchObject({
      version: 2,
      state: { file: false },
    });
    expect(await eventCount(id)).toBe(2);
  });

  it('takes several appends of one transaction for what they are, and all of them for repeated', async () => {
    const [id, commandId] = [newId(), newId()];
    const work = (): Promise<void> =>
      fixture.transact(async (tx) => {
        await tx.append([{ kind: 'cluster', id, expectedVersion: 0, events: [sample.clusterCreated(id)] }]);
        await tx.append([{ kind: 'cluster', id, expectedVersion: 1, events: [flags(false), flags(true)] }]);
        await tx.append([{ kind: 'cluster', id, expectedVersion: 3, events: [] }]);
        await tx.append([{ kind: 'cluster', id, expectedVersion: 3, events: [flags(false)] }]);
      }, commandId);
    await work();
    await work();
    expect(await fixture.transact((tx) => tx.load('cluster', id))).toMatchObject({
      version: 4,
      state: { file: false },
    });
    expect(await eventCount(id)).toBe(4);
  });

  it('projects onto rows that the transaction has not loaded', async () => {
    const id = await addCluster();
    await fixture.transact((tx) => tx.append([{ kind: 'cluster', id, expectedVersion: 1, events: [flags(false)] }]));
    expect(await fixture.queries.state('cluster', id)).toEqual({
      clusterId: id,
      status: 'active',
      file: false,
      block: false,
    });
  });

  it('knows a deleted stream from one that never was', async () => {
    const id = await addCluster();
    await fixture.record('cluster', id, [{ type: 'ClusterDeleted', data: {} }]);
    for (const lock of [false, true]) {
      const loaded = await fixture.transact((tx) => tx.load('cluster', id, { lock }));
      expect(loaded).toMatchObject({ version: 2, state: { status: 'none', clusterId: '' } });
    }
    const anew = fixture.transact((tx) =>
      tx.append([{ kind: 'cluster', id, expectedVersion: 0, events: [sample.clusterCreated(id)] }]),
    );
    await expect(anew).rejects.toThrow(StreamVersionConflict);
  });

  it('lets one at a time into a cluster', async () => {
    const id = await addCluster();
    const order: string[] = [];
    const locked = barrier(2);
    const holder = fixture.transact(async (tx) => {
      await tx.lockCluster(id);
      await locked();
      await expect.poll(() => waitingForAdvisoryLock(test.db)).toBe(1);
      order.push('holder');
    });
    await locked();
    const waiter = fixture.transact(async (tx) => {
      await tx.lockCluster(id);
      order.push('waiter');
    });
    await Promise.all([holder, waiter]);
    expect(order).toEqual(['holder', 'waiter']);
  });
});

/** As the owner: the application's role is not shown what others wait for. */
async function waitingForRow(db: Sql): Promise<number> {
  const rows = await db.query(
    `select from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')`,
  );
  return rows.length;
}

async function waitingForAdvisoryLock(db: Sql): Promise<number> {
  const rows = await db.query(
    `select from pg_locks where locktype = 'advisory' and not granted
     and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.length;
}

/** Lets everybody go on when `count` have arrived. */
function barrier(count: number): () => Promise<void> {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === count) open();
    return opened;
  };
}
