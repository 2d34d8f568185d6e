import { expect, it } from 'vitest';
import { play, scenarios } from '../conformance/play.js';
import { withCluster } from './support/scenario.js';

/** Each request to another replica, each operation on any worker: nobody may notice. */
it("Heketi's recorded conversations are answered alike by three replicas behind a load balancer", () =>
  withCluster(
    { queue: 'postgres', apis: 3, workers: 3, storageClusters: 0, env: { HEKETI_EXECUTOR: 'mock' } },
    async (cluster) => {
      const { code, output } = await play(cluster.base);
      expect(output).toContain(`${scenarios.length.toString()} passed, 0 failed`);
      expect(code).toBe(0);
      await cluster.run('db', 'check');
    },
  ));
