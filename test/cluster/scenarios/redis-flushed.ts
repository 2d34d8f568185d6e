import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { addedDelayMs, durationMs, summaryOf } from '../support/added-delay.js';
import { type Burst, burst, type BurstSettings } from '../support/burst.js';
import { Client } from '../support/client.js';
import type { Cluster } from '../support/cluster.js';
import { conclude } from '../support/conclude.js';
import { percentile } from '../support/percentile.js';
import { Recorder } from '../support/recorder.js';
import { tell } from '../support/scenario.js';
import { isLong } from '../support/settings.js';

/** More than all workers carry out at a time: the others wait in the queue when it is wiped. */
const CREATIONS = isLong ? 320 : 60;
/** A wipe that meets nobody says nothing. */
const MET_AT_LEAST = isLong ? 200 : 10;
const ROUNDS = isLong ? 3 : 1;

type Play = (name: string, inTheMiddle?: BurstSettings['inTheMiddle']) => Promise<Burst>;

export async function flushRedis(cluster: Cluster): Promise<void> {
  const recorder = new Recorder(cluster.base);
  const clusterId = await firstCluster(recorder);
  const play: Play = (name, inTheMiddle = () => Promise.resolve()) =>
    burst({ recorder, clusterId, name, size: CREATIONS, inTheMiddle });
  const flushed: Burst[] = [];
  const calm: Burst[] = [];
  // The first one is slower, whatever happens: programs have to get warm.
  if (isLong) {
    await play('warm');
    calm.push(await play('calm-0'));
  }
  for (let round = 1; round <= ROUNDS; round += 1) {
    flushed.push(await play(`flushed-${round}`, () => flush(cluster)));
    if (isLong) calm.push(await play(`calm-${round}`));
  }
  const { numbers, problems } = await conclude(cluster, recorder, { disturbed: false });
  const leastUnderWay = Math.min(...flushed.map(underWay));
  tell('Redis', `${ROUNDS} times FLUSHALL`, { ...numbers, leastUnderWay, ...(isLong ? delays(flushed, calm) : {}) });
  expect(problems).toEqual([]);
  expect(leastUnderWay, 'operations under way when Redis was wiped').toBeGreaterThanOrEqual(MET_AT_LEAST);
}

const underWay = ({ lives, middleAt }: Burst): number => lives.filter(({ endedAt }) => endedAt > middleAt).length;

async function flush({ redis }: Cluster): Promise<void> {
  if (redis === null) throw new Error('the queue is not on Redis');
  const client = new Redis(redis.url);
  try {
    await client.flushall();
  } finally {
    client.disconnect();
  }
}

/** What the wipes cost; and the same for each burst without one, against the others: what is not more than that is chance. */
function delays(flushed: readonly Burst[], calm: readonly Burst[]): object {
  const calmMs = calm.flatMap(({ lives }) => lives.map(durationMs));
  const added = summaryOf(flushed.flatMap((each) => addedDelayMs(each, calm)));
  const chance = summaryOf(
    calm.flatMap((each) =>
      addedDelayMs(
        each,
        calm.filter((other) => other !== each),
      ),
    ),
  );
  return {
    calmP50Ms: Math.round(percentile(calmMs, 0.5)),
    calmP99Ms: Math.round(percentile(calmMs, 0.99)),
    interrupted: added.operations,
    undisturbed: chance.operations,
    addedP50Ms: added.p50Ms,
    addedP99Ms: added.p99Ms,
    addedMostMs: added.mostMs,
    chanceP50Ms: chance.p50Ms,
    chanceP99Ms: chance.p99Ms,
    chanceMostMs: chance.mostMs,
  };
}

async function firstCluster(recorder: Recorder): Promise<string> {
  const client = new Client(recorder, { name: 'operator', keyed: false, patienceMs: 10_000 });
  const { json } = await client.read('/clusters');
  const [clusterId] = (json as { clusters: string[] }).clusters;
  if (clusterId === undefined) throw new Error('there is no cluster');
  return clusterId;
}
