import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Cluster } from './support/cluster.js';
import { runHistory } from './support/run-history.js';
import { tell, withCluster } from './support/scenario.js';
import { seconds, seed } from './support/settings.js';

/** Between a process that is ready and the next one that is stopped: the load balancer has to have noticed. */
const SETTLE_MS = 2000;

/** Stops and starts every process, one after the other, at least once each. Returns how many. */
async function restartAll({ apis, workers }: Cluster, timeUp: AbortSignal): Promise<number> {
  let restarts = 0;
  do {
    for (const program of [...apis, ...workers]) {
      await program.end('SIGTERM');
      await program.start();
      restarts += 1;
      await delay(SETTLE_MS);
    }
  } while (!timeUp.aborted);
  return restarts;
}

it('a rolling restart of all replicas and workers fails no request', () =>
  withCluster({ queue: 'postgres', apis: 3, workers: 2, storageClusters: 2 }, async (cluster) => {
    let restarts = 0;
    const { numbers, failed, problems } = await runHistory(cluster, {
      clients: 16,
      seconds,
      seed,
      // No connection may be lost, and no answer be other than on any other day.
      rules: { disturbed: false },
      disturb: async ({ timeUp }) => {
        restarts = await restartAll(cluster, timeUp);
      },
    });
    tell('rolling restart', { restarts, ...numbers });
    expect(problems).toEqual([]);
    expect(failed).toEqual([]);
    expect(numbers.unknown).toBe(0);
  }));
