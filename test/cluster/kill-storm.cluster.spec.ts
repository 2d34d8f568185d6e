import { describe, expect, it } from 'vitest';
import { hasProgram } from './support/has-program.js';
import { killStorm } from './support/kill-storm.js';
import { runHistory } from './support/run-history.js';
import { tell, withCluster } from './support/scenario.js';
import { seconds, seed } from './support/settings.js';

/** Processes of the product die without a word, one after the other, while clients are at work. */
describe('kill -9 of replicas and workers', () => {
  const underKills = (queue: 'postgres' | 'redis'): Promise<void> =>
    withCluster({ queue, apis: 3, workers: 3, storageClusters: 2 }, async (cluster) => {
      const victims = [...cluster.apis, ...cluster.workers];
      let kills = 0;
      const { numbers, failed, problems } = await runHistory(cluster, {
        clients: 16,
        seconds,
        seed,
        rules: { disturbed: true },
        disturb: async ({ random, timeUp }) => {
          kills = await killStorm({ victims, pauseMs: [500, 3000], leastKills: 4 }, random, timeUp);
        },
      });
      tell(`kill -9, queue on ${queue}`, { kills, ...numbers });
      expect(problems).toEqual([]);
      // The nodes are well: whatever was accepted can be done.
      expect(failed).toEqual([]);
      expect(numbers.created).toBeGreaterThan(0);
    });

  it('leave a history that can be explained, with the queue on Postgres', () => underKills('postgres'));

  it.skipIf(!hasProgram('redis-server'))('leave a history that can be explained, with the queue on Redis', () =>
    underKills('redis'),
  );
});
