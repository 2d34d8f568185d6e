import type { OperationKind } from '#domain';
import { PostgresEventStore } from '#event-store';
import { newId, silentLogger, systemAttribution } from '#kernel';
import { PostgresLedger, PostgresQueries, type Change } from '#read-model';
import { MockStorageNodes, NodeUnreachableError, type NodeAddress, type NodeCall } from '#storage-nodes';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptOperation } from '../accept-operation.js';
import { kick } from '../dispatch/kick.js';
import { leaseKeys, LeaseLostError } from '../leases/leases.js';
import { PostgresLeases } from '../leases/postgres-leases.js';
import { BullMqOperationQueue } from '../queue/bullmq-operation-queue.js';
import { migrateQueue } from '../queue/migrate-queue.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import { OperationJournal } from '../run/operation-journal.js';
import { standardWorkflows, WorkflowRegistry } from '../workflows/registry.js';
import type { Workflow } from '../workflows/workflow.js';
import { startWorker, type RunningWorker, type WorkerParts } from './start-worker.js';

let database: TestDatabase;
let eventStore: PostgresEventStore;
let ledger: PostgresLedger;
let queries: PostgresQueries;
let leases: PostgresLeases;
const clusterId = newId();

beforeAll(async () => {
  database = await freshDatabase();
  await migrateQueue(database.ownerUrl);
  eventStore = new PostgresEventStore();
  ledger = new PostgresLedger(database.db, eventStore);
  queries = new PostgresQueries(database.db);
  leases = new PostgresLeases(database.db);
  await append([
    {
      kind: 'cluster',
      id: clusterId,
      expectedVersion: 0,
      events: [{ type: 'ClusterCreated', data: { clusterId, file: true, block: true } }],
    },
  ]);
});
afterAll(() => database.dispose());

function append(changes: readonly Change[]): Promise<void> {
  const commandId = newId();
  return ledger.transact({ attribution: systemAttribution('test', commandId), commandId }, (tx) => tx.append(changes));
}

/** Accepts the addition of a node, as the API does it. */
async function acceptNode(nodeId = newId()): Promise<string> {
  const operationId = newId();
  const hostnames = { manageHostnames: [`${nodeId}.manage`], storageHostnames: [`${nodeId}.storage`] };
  await append([
    acceptOperation({ operationId, kind: 'node-add', subjectId: nodeId, clusterId, requestedBy: 'admin' }),
    {
      kind: 'node',
      id: nodeId,
      expectedVersion: 0,
      events: [{ type: 'NodeAddAccepted', data: { nodeId, clusterId, zone: 1, ...hostnames, tags: {}, operationId } }],
    },
  ]);
  return operationId;
}

function openQueue(): OperationQueue {
  return new BullMqOperationQueue({ backend: 'postgres', url: database.ownerUrl, maxConnections: 2 }, silentLogger);
}

function work(
  queue: OperationQueue,
  nodes = new MockStorageNodes(),
  config: object = {},
  other: Partial<WorkerParts> = {},
): RunningWorker {
  return startWorker({
    database: database.db,
    ledger,
    queries,
    nodes,
    leases,
    queue,
    eventStore,
    logger: silentLogger,
    ...other,
    config: {
      concurrency: 8,
      reconcileMs: 200,
      graceMs: 100,
      retryMs: 100,
      stepRetryMs: 10,
      ...config,
    },
  });
}

const statusOf = async (operationId: string): Promise<string | undefined> =>
  (await queries.operation(operationId))?.status;

describe('a worker', () => {
  it('carries out what was accepted before it started, without any hint', async () => {
    const operations = [await acceptNode(), await acceptNode(), await acceptNode()];
    const worker = work(openQueue());
    try {
      for (const operation of operations) {
        await expect.poll(() => statusOf(operation), { timeout: 20_000 }).toBe('succeeded');
      }
    } finally {
      await worker.close(5000);
    }
  });

  it('carries out what is accepted while it runs, with and without a hint, each exactly once', async () => {
    const hints = openQueue();
    const workers = [work(openQueue()), work(openQueue())];
    try {
      const operations = await Promise.all(Array.from({ length: 6 }, () => acceptNode()));
      await Promise.all(operations.slice(0, 3).map((operation) => kick(hints, operation, silentLogger)));
      for (const operation of operations) {
        await expect.poll(() => statusOf(operation), { timeout: 30_000 }).toBe('succeeded');
      }
      const events = await database.db.query<{ count: string }>(
        "select count(*)::text from brickyard.event where type = 'OperationSucceeded' and stream_id = any ($1)",
        [operations],
      );
      expect(events[0]?.count).toBe('6');
    } finally {
      await Promise.all([...workers.map((worker) => worker.close(5000)), hints.close(1000)]);
    }
  });

  it('hands over what it cannot end in time: another one ends it', async () => {
    const hanging = new HangingNodes();
    const leaver = work(openQueue(), hanging, { leaseTtlMs: 1500 });
    const operation = await acceptNode();
    await expect.poll(() => hanging.asked, { timeout: 20_000 }).toBeGreaterThan(0);
    await leaver.close(500);
    expect(await statusOf(operation)).toBe('running');
    const heir = work(openQueue());
    try {
      await expect.poll(() => statusOf(operation), { timeout: 20_000 }).toBe('succeeded');
    } finally {
      await heir.close(5000);
    }
    expect((await queries.operation(operation))?.attempt).toBe(2);
  });
});

describe('an operation of a kind that only a later version knows', () => {
  const transmute: Workflow = {
    kind: 'node-transmute' as OperationKind,
    outline: {},
    plan: () => Promise.resolve([]),
    succeed: () => Promise.resolve(null),
    fail: () => Promise.resolve(),
  };

  it('is left alone by this version, and carried out by the other one beside it', async () => {
    const operationId = newId();
    const nodeId = newId();
    const acceptance = acceptOperation({
      operationId,
      kind: 'node-add',
      subjectId: nodeId,
      clusterId,
      requestedBy: 'admin',
    });
    const [accepted] = acceptance.events;
    if (accepted?.type !== 'OperationAccepted') throw new Error('no acceptance');
    const data = { ...accepted.data, kind: transmute.kind, resources: [leaseKeys.node(nodeId)], later: ['field'] };
    await append([{ ...acceptance, events: [{ type: 'OperationAccepted', data }] }]);
    const lines: string[] = [];
    const logger = { ...silentLogger, warn: (_fields: object, message: string) => void lines.push(message) };
    const old = work(openQueue(), new MockStorageNodes(), {}, { logger });
    try {
      await expect.poll(() => lines).toContain('operations of this kind are left to workers of a later version');
      // It goes on with what it knows, and with the log, meanwhile.
      const known = await acceptNode();
      await expect.poll(() => statusOf(known), { timeout: 20_000 }).toBe('succeeded');
      expect(await queries.operation(operationId)).toMatchObject({ status: 'accepted', attempt: 0 });
      const workflows = new WorkflowRegistry([...standardWorkflows, transmute]);
      const next = work(openQueue(), new MockStorageNodes(), {}, { workflows });
      await expect.poll(() => statusOf(operationId), { timeout: 30_000 }).toBe('succeeded');
      await next.close(5000);
    } finally {
      await old.close(5000);
    }
  });
});

it('a worker that was overtaken cannot write', async () => {
  const operationId = await acceptNode();
  const operation = await queries.operation(operationId);
  if (operation === null) throw new Error('the operation is not there');
  const slow = await leases.claim(operation.resources, 'slow', 1);
  if (slow === null) throw new Error('the resources should be free');
  const journal = new OperationJournal(ledger, leases, slow, 'slow', silentLogger, operation);
  const started = { type: 'StartOperation', worker: 'slow', attempt: 1, leaseEpochs: slow.epochs } as const;
  await journal.record([started]);
  await expect.poll(() => leases.claim(operation.resources, 'heir', 60_000)).not.toBeNull();
  await expect(journal.record([{ type: 'StartPhase', phase: 'connect', steps: ['connect'] }])).rejects.toThrow(
    LeaseLostError,
  );
  const finish = journal.finish(() => Promise.resolve({ type: 'FailOperation', reason: 'too late' }));
  await expect(finish).rejects.toThrow(LeaseLostError);
  const stream = await eventStore.readStream(database.db, 'operation', operationId);
  expect(stream.map(({ event }) => event.type)).toEqual(['OperationAccepted', 'OperationStarted']);
  expect(slow.epochs[leaseKeys.peers(clusterId)]).toBeGreaterThan(0);
});

/** Nodes whose answer never comes; a call ends only when its signal says so. */
class HangingNodes extends MockStorageNodes {
  asked = 0;

  override glusterdRunning(node: NodeAddress, call: NodeCall): Promise<boolean> {
    this.asked += 1;
    return new Promise((_resolve, reject) => {
      const end = (): void => reject(new NodeUnreachableError('cut off', node.nodeId, true));
      call.signal.addEventListener('abort', end, { once: true });
    });
  }
}
