import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { OperationEvent } from '#domain';
import { newId, silentLogger, systemClock } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Reconciler } from '../dispatch/reconciler.js';
import { PostgresLeases } from '../leases/postgres-leases.js';
import { BullMqOperationQueue } from '../queue/bullmq-operation-queue.js';
import { migrateQueue } from '../queue/migrate-queue.js';
import type { OperationRunner, RunOutcome } from '../run/operation-runner.js';
import { defaultRunnerSettings } from '../run/settings.js';
import { OperationHandler } from './operation-handler.js';

const LEASE_MS = 500;
const settings = { ...defaultRunnerSettings, leaseTtlMs: LEASE_MS, retryMs: 60, retryLimitMs: 60 };

let database: TestDatabase;
let fixture: LedgerFixture;
let leases: PostgresLeases;
beforeAll(async () => {
  database = await freshDatabase();
  await migrateQueue(database.ownerUrl);
  fixture = new LedgerFixture(database.db);
  leases = new PostgresLeases(database.db);
});
afterAll(() => database.dispose());

/** What happens to an operation, run by run; after these it succeeds. `dies`: its worker, which keeps the lease until it runs out. */
type Fate = 'retry' | 'interrupted' | 'dies';

interface Wish {
  readonly resources: readonly string[];
  readonly fates: readonly Fate[];
}

interface Span {
  readonly id: string;
  readonly resources: readonly string[];
}

/** Operations that are accepted one after the other, and what their runs were seen to do. */
class World {
  readonly #fates = new Map<string, Fate[]>();
  readonly #running = new Map<string, Span>();
  readonly collisions: string[] = [];
  readonly ended: Span[] = [];

  async accept({ resources, fates }: Wish): Promise<string> {
    const id = newId();
    this.#fates.set(id, [...fates]);
    const accepted = sample.operationAccepted(id, 'cluster', { resources: [...new Set(resources)].sort() });
    await fixture.record('operation', id, [accepted]);
    return id;
  }

  /** A worker that does nothing but take its time. */
  runner(owner: string): Pick<OperationRunner, 'run'> {
    const run = async (id: string): Promise<{ outcome: RunOutcome; resources: readonly string[]; attempt: number }> => {
      const { resources = [], status, attempt = 0 } = (await fixture.queries.operation(id)) ?? {};
      const lease = await leases.claim(resources, owner, LEASE_MS);
      if (lease === null || status === 'succeeded') return { outcome: 'busy', resources, attempt };
      const outcome = await this.#carriedOut({ id, resources });
      if (outcome !== 'dies') await leases.release(lease);
      return { outcome: outcome === 'dies' ? 'busy' : outcome, resources, attempt };
    };
    return { run };
  }

  async #carriedOut(span: Span): Promise<RunOutcome | 'dies'> {
    for (const other of this.#running.values()) {
      if (other.resources.some((key) => span.resources.includes(key))) this.collisions.push(`${span.id} ${other.id}`);
    }
    this.#running.set(span.id, span);
    await delay(5);
    this.#running.delete(span.id);
    const fate = this.#fates.get(span.id)?.shift();
    if (fate !== undefined) return fate;
    const succeeded: OperationEvent = { type: 'OperationSucceeded', data: { location: null } };
    await fixture.record('operation', span.id, [succeeded]);
    // Only now: once all have ended the test goes on, and nothing of it may be left to be done.
    this.ended.push(span);
    return 'finished';
  }
}

interface Worker {
  close(): Promise<void>;
}

function work(world: World, name: string): Worker {
  const queue = new BullMqOperationQueue(
    { backend: 'postgres', url: database.ownerUrl, maxConnections: 2 },
    silentLogger,
  );
  const { queries } = fixture;
  const stopNow = new AbortController().signal;
  const parts = { queue, queries, settings, bulkhead: null, stopNow, logger: silentLogger, clock: systemClock };
  const handler = new OperationHandler({ ...parts, runner: world.runner(name) });
  const reconciler = new Reconciler({
    ...parts,
    leases,
    worker: name,
    intervalMs: 100,
    leaseTtlMs: 1000,
    settings: { graceMs: 300, retryMs: settings.retryMs, retryLimitMs: settings.retryLimitMs },
  });
  queue.work((...job) => handler.handle(...job), 4);
  reconciler.start();
  return {
    close: async () => {
      await reconciler.close();
      await queue.close(2000);
    },
  };
}

const wish = fc.record({
  resources: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 }),
  fates: fc.array(fc.constantFrom<Fate>('retry', 'retry', 'interrupted', 'dies'), { maxLength: 2 }),
});

it('whatever happens to operations, those that share a resource are carried out one by one, as they were accepted', async () => {
  const property = fc.asyncProperty(fc.array(wish, { minLength: 6, maxLength: 20 }), async (wishes) => {
    const world = new World();
    const workers = ['one', 'two', 'three'].map((name) => work(world, name));
    const hints = new BullMqOperationQueue({ backend: 'postgres', url: database.ownerUrl }, silentLogger);
    try {
      const race = newId();
      const accepted: Span[] = [];
      for (const { resources, fates } of wishes) {
        const keys = resources.map((key) => `${race}/${key}`);
        const id = await world.accept({ resources: keys, fates });
        accepted.push({ id, resources: keys });
        // Newest first would be the worst; every third one is not hinted at at all.
        if (accepted.length % 3 !== 0) await hints.add(id, { attempt: 0 });
      }
      await expect.poll(() => world.ended.length, { timeout: 60_000 }).toBe(wishes.length);
      expect(world.collisions).toEqual([]);
      for (const key of new Set(accepted.flatMap(({ resources }) => resources))) {
        const lane = (spans: readonly Span[]): string[] =>
          spans.filter(({ resources }) => resources.includes(key)).map(({ id }) => id);
        expect(lane(world.ended)).toEqual(lane(accepted));
      }
    } finally {
      await Promise.all([...workers.map((worker) => worker.close()), hints.close(1000)]);
    }
  });
  await fc.assert(property, { numRuns: 6 });
}, 300_000);

it('an operation that has its pause holds up those that share a resource, and nobody else', async () => {
  const world = new World();
  const workers = ['one', 'two'].map((name) => work(world, name));
  try {
    const [lane, other] = [newId(), newId()];
    const paused = await world.accept({ resources: [lane], fates: Array<Fate>(5).fill('retry') });
    const behind = await world.accept({ resources: [lane, other], fates: [] });
    const beside = await world.accept({ resources: [newId()], fates: [] });
    await expect.poll(() => world.ended.map(({ id }) => id), { timeout: 20_000 }).toEqual([beside, paused, behind]);
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
});
