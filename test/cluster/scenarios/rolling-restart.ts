import { expect } from 'vitest';
import type { Cluster } from '../support/cluster.js';
import { runHistory } from '../support/run-history.js';
import { tell } from '../support/scenario.js';
import { otherSeconds, seed } from '../support/settings.js';

/**
 * Stops and starts every process, one after the other, at least once each. A replica is done when the load balancer uses it
 * again. Returns how many.
 */
async function restartAll({ apis, workers, loadBalancer }: Cluster, timeUp: AbortSignal): Promise<number> {
  let restarts = 0;
  do {
    for (const program of [...apis, ...workers]) {
      const isBack = apis.includes(program) ? await loadBalancer.nextTimeItIsUp(program.name) : null;
      await program.end('SIGTERM');
      await program.start();
      await isBack?.();
      restarts += 1;
    }
  } while (!timeUp.aborted);
  return restarts;
}

/** As for an upgrade. */
export async function restartEverything(cluster: Cluster): Promise<void> {
  let restarts = 0;
  const { numbers, failed, problems } = await runHistory(cluster, {
    clients: 16,
    seconds: otherSeconds,
    seed,
    // No connection may be lost, and no answer be other than on any other day.
    rules: { disturbed: false },
    disturb: async ({ timeUp }) => {
      restarts = await restartAll(cluster, timeUp);
    },
  });
  tell('rolling restart', `${restarts} times SIGTERM`, numbers);
  expect(problems).toEqual([]);
  expect(failed).toEqual([]);
  expect(numbers.unknown).toBe(0);
}
