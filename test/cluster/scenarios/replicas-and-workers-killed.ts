import { expect } from 'vitest';
import type { Cluster } from '../support/cluster.js';
import { killStorm } from '../support/kill-storm.js';
import { runHistory } from '../support/run-history.js';
import { tell } from '../support/scenario.js';
import { seed, stormSeconds } from '../support/settings.js';

/** Processes of the product die without a word, one after the other, while clients are at work. */
export async function killReplicasAndWorkers(cluster: Cluster, where: string): Promise<void> {
  const victims = [...cluster.apis, ...cluster.workers];
  let kills = 0;
  const { numbers, failed, problems } = await runHistory(cluster, {
    clients: 16,
    seconds: stormSeconds,
    seed,
    rules: { disturbed: true },
    disturb: async ({ random, timeUp }) => {
      kills = await killStorm({ victims, pauseMs: [500, 3000], leastKills: 4 }, random, timeUp);
    },
  });
  tell(`replicas and workers, ${where}`, `${kills} times kill -9`, numbers);
  expect(problems).toEqual([]);
  // The nodes are well: whatever was accepted can be done.
  expect(failed).toEqual([]);
  expect(numbers.created).toBeGreaterThan(0);
}
