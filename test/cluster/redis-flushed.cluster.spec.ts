import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { Client } from './support/client.js';
import type { Cluster } from './support/cluster.js';
import { conclude } from './support/conclude.js';
import { hasProgram } from './support/has-program.js';
import { percentile } from './support/percentile.js';
import { Recorder } from './support/recorder.js';
import { tell, withCluster } from './support/scenario.js';
import { isLong } from './support/settings.js';

/** Accepted at once, so that most of them wait in the queue when it is wiped. */
const OPERATIONS = isLong ? 200 : 60;

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}

/**
 * Creates volumes, all at once, and deletes them again.
 * @param wipe called when a quarter of the creations has ended
 * @returns how long each creation took from its POST to the end that its client saw, in ms
 */
async function burst(recorder: Recorder, clusterId: string, prefix: string, wipe?: () => Promise<void>) {
  let ended = 0;
  const durationsMs = await Promise.all(
    Array.from({ length: OPERATIONS }, async (_, i) => {
      const client = new Client(recorder, { name: `${prefix}-${i}`, keyed: false, patienceMs: 300_000 });
      const startedAt = performance.now();
      const change = await client.create(`${prefix}-${i}`, 1, clusterId, 1);
      const durationMs = performance.now() - startedAt;
      ended += 1;
      if (ended === OPERATIONS / 4) await wipe?.();
      expect(change.outcome).toBe('succeeded');
      return durationMs;
    }),
  );
  return { p50Ms: percentile(durationsMs, 0.5), p99Ms: percentile(durationsMs, 0.99) };
}

async function firstCluster(recorder: Recorder): Promise<string> {
  const client = new Client(recorder, { name: 'operator', keyed: false, patienceMs: 10_000 });
  const { json } = await client.read('/clusters');
  const [clusterId] = (json as { clusters: string[] }).clusters;
  if (clusterId === undefined) throw new Error('there is no cluster');
  return clusterId;
}

async function underFlush({ redis, ...cluster }: Cluster): Promise<void> {
  if (redis === null) throw new Error('the queue is not on Redis');
  const recorder = new Recorder(cluster.base);
  const clusterId = await firstCluster(recorder);
  const calm = await burst(recorder, clusterId, 'calm');
  const wiped = await burst(recorder, clusterId, 'wiped', () => flush(redis.url));
  const { numbers, problems } = await conclude({ redis, ...cluster }, recorder, { disturbed: false });
  tell('FLUSHALL of Redis', {
    operations: OPERATIONS,
    'p50 calm ms': Math.round(calm.p50Ms),
    'p50 added ms': Math.round(wiped.p50Ms - calm.p50Ms),
    'p99 calm ms': Math.round(calm.p99Ms),
    'p99 added ms': Math.round(wiped.p99Ms - calm.p99Ms),
    exchanges: numbers.exchanges,
  });
  expect(problems).toEqual([]);
}

it.skipIf(!hasProgram('redis-server'))('FLUSHALL of Redis costs time and nothing else', () =>
  // As the product is set up unless an operator says otherwise: what is told is what one would wait.
  withCluster({ queue: 'redis', apis: 2, workers: 2, storageClusters: 1, asShipped: true }, underFlush),
);
