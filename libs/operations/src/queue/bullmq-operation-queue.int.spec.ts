import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { newId, silentLogger } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { BullMqOperationQueue } from './bullmq-operation-queue.js';
import type { QueueConnection } from './connection.js';
import { migrateQueue } from './migrate-queue.js';
import type { OperationQueue } from './operation-queue.js';

const quick = { lockDurationMs: 1000, stalledIntervalMs: 500 };

/** What every backend of the queue has to do. `connect` gives a queue that nobody else uses. */
function conforms(connect: () => QueueConnection): void {
  const open: OperationQueue[] = [];
  const queueOn = (connection: QueueConnection): OperationQueue => {
    const queue = new BullMqOperationQueue(connection, silentLogger, quick);
    open.push(queue);
    return queue;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((queue) => queue.close(500)));
  });

  it('delivers an operation that another process has added', async () => {
    const connection = connect();
    const got: string[] = [];
    queueOn(connection).work((id) => Promise.resolve(void got.push(id)), 1);
    const operationId = newId();
    await queueOn(connection).add(operationId, { attempt: 0 });
    await expect.poll(() => got, { timeout: 10_000 }).toEqual([operationId]);
  });

  it('makes one job of the same attempt, and another of the next', async () => {
    const connection = connect();
    const queue = queueOn(connection);
    const operationId = newId();
    await Promise.all([1, 1, 1, 2].map((attempt) => queue.add(operationId, { attempt })));
    expect(await queue.depth()).toBe(2);
    const got: string[] = [];
    queue.work((id) => Promise.resolve(void got.push(id)), 1);
    await expect.poll(() => got, { timeout: 10_000 }).toEqual([operationId, operationId]);
    await queue.add(operationId, { attempt: 1 });
    await queue.add('last', { attempt: 0 });
    await expect.poll(() => got, { timeout: 10_000 }).toEqual([operationId, operationId, 'last']);
  });

  it('holds back what is to come later', async () => {
    const connection = connect();
    const queue = queueOn(connection);
    const got: string[] = [];
    queue.work((id) => Promise.resolve(void got.push(id)), 4);
    const startedAt = performance.now();
    await queue.add('late', { attempt: 0, delayMs: 1000 });
    await queue.add('soon', { attempt: 0 });
    await expect.poll(() => got, { timeout: 10_000 }).toEqual(['soon', 'late']);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(950);
  });

  it('runs no more jobs at a time than it may', async () => {
    const connection = connect();
    const queue = queueOn(connection);
    let running = 0;
    let most = 0;
    let done = 0;
    const handle = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await delay(100);
      running -= 1;
      done += 1;
    };
    await Promise.all(Array.from({ length: 9 }, (_, n) => queue.add(newId(), { attempt: n })));
    queue.work(handle, 3);
    await expect.poll(() => done, { timeout: 10_000 }).toBe(9);
    expect(most).toBe(3);
  });

  it('takes another job in the place of one that has let go of it, and waits for both when it closes', async () => {
    const queue = queueOn(connect());
    const begun: string[] = [];
    const ended: string[] = [];
    queue.work(async (id, signal, letGo) => {
      begun.push(id);
      if (id === 'first') letGo();
      await once(signal, 'abort');
      await delay(100);
      ended.push(id);
    }, 1);
    await queue.add('first', { attempt: 0 });
    await queue.add('second', { attempt: 0 });
    await expect.poll(() => begun, { timeout: 10_000 }).toEqual(['first', 'second']);
    await queue.close(5000);
    expect(ended.sort()).toEqual(['first', 'second']);
  });

  it('goes on after a job that failed', async () => {
    const connection = connect();
    const queue = queueOn(connection);
    const got: string[] = [];
    queue.work((id) => {
      got.push(id);
      return id === 'bad' ? Promise.reject(new Error('as intended')) : Promise.resolve();
    }, 1);
    await queue.add('bad', { attempt: 0 });
    await queue.add('good', { attempt: 0 });
    await expect.poll(() => got, { timeout: 10_000 }).toEqual(['bad', 'good']);
    await expect.poll(() => queue.depth(), { timeout: 10_000 }).toBe(0);
  });

  it('tells running jobs that it closes, waits for them and takes no other', async () => {
    const connection = connect();
    const queue = queueOn(connection);
    const events: string[] = [];
    queue.work(async (id, signal) => {
      events.push(`${id} begins`);
      await once(signal, 'abort');
      await delay(200);
      events.push(`${id} ends`);
    }, 1);
    await queue.add('first', { attempt: 0 });
    await queue.add('second', { attempt: 0 });
    await expect.poll(() => events, { timeout: 10_000 }).toEqual(['first begins']);
    await queue.close(5000);
    expect(events).toEqual(['first begins', 'first ends']);
  });

  it('does not wait longer than it may for a job that hangs', async () => {
    const connection = connect();
    const queue = queueOn(connection);
    const hang = deferred();
    const begun = deferred();
    queue.work(() => {
      begun.resolve();
      return hang.promise;
    }, 1);
    await queue.add(newId(), { attempt: 0 });
    await begun.promise;
    const startedAt = performance.now();
    await queue.close(300);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    hang.resolve();
  });

  it('is not blocked by the job of a worker that died', async () => {
    const connection = connect();
    const dead = queueOn(connection);
    const hang = deferred();
    const begun = deferred();
    dead.work(() => {
      begun.resolve();
      return hang.promise;
    }, 1);
    await dead.add('orphan', { attempt: 0 });
    await begun.promise;
    await dead.close(0);
    const heir = queueOn(connection);
    const got: string[] = [];
    heir.work((id) => Promise.resolve(void got.push(id)), 1);
    // Whether the orphan comes back or is dropped is the queue's affair: the reconciler adds it under a new number.
    await heir.add('orphan', { attempt: 1 });
    await expect.poll(() => got, { timeout: 10_000 }).toContain('orphan');
    await expect.poll(() => heir.depth(), { timeout: 10_000 }).toBe(0);
    hang.resolve();
  });
}

describe('on Postgres', () => {
  let database: TestDatabase;
  let schemas = 0;
  beforeAll(async () => {
    database = await freshDatabase();
    for (let n = 1; n <= 10; n += 1) await migrateQueue(database.ownerUrl, `queue_${n}`);
  });
  afterAll(() => database.dispose());

  conforms(() => {
    schemas += 1;
    return { backend: 'postgres', url: database.ownerUrl, schema: `queue_${schemas}`, maxConnections: 2 };
  });

  it('is migrated by several replicas at once, and again', async () => {
    await Promise.all([1, 2, 3].map(() => migrateQueue(database.ownerUrl, 'queue_together')));
    await migrateQueue(database.ownerUrl, 'queue_together');
    const rows = await database.db.query('select 1 from queue_together.migration limit 1');
    expect(rows).toHaveLength(1);
  });
});

const redisUrl = inject('redisUrl');

describe.skipIf(redisUrl === null)('on Redis', () => {
  conforms(() => ({ backend: 'redis', url: redisUrl ?? '', prefix: `test_${newId()}` }));
});

describe('when the server is away', () => {
  it.each(['redis', 'postgres'] as const)('add fails within about a second on %s, and close ends', async (backend) => {
    const port = await closedPort();
    const url = backend === 'redis' ? `redis://127.0.0.1:${port}` : `postgres://nobody@127.0.0.1:${port}/none`;
    const queue = new BullMqOperationQueue({ backend, url }, silentLogger);
    const startedAt = performance.now();
    await expect(queue.add(newId(), { attempt: 0 })).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(1500);
    await queue.close(1000);
    expect(performance.now() - startedAt).toBeLessThan(6000);
  });
});

it('nobody tries to reach Redis any more after close', async () => {
  let tries = 0;
  const server = createServer((socket) => {
    tries += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const queue = new BullMqOperationQueue({ backend: 'redis', url: `redis://127.0.0.1:${port}` }, silentLogger);
  queue.work(() => Promise.resolve(), 1);
  await expect.poll(() => tries, { timeout: 10_000 }).toBeGreaterThan(5);
  await queue.close(100);
  const before = tries;
  // Longer than the longest pause between two tries.
  await delay(5000);
  server.close();
  expect(tries - before).toBeLessThanOrEqual(3);
}, 30_000);

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
