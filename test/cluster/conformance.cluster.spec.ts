import { expect, it } from 'vitest';
import { play, scenarios } from '../conformance/play.js';
import { sharedCluster, tell } from './support/scenario.js';

const withCluster = sharedCluster({
  queue: 'postgres',
  apis: 3,
  workers: 1,
  storageClusters: 0,
  env: { HEKETI_EXECUTOR: 'mock' },
});

/** Each request to another replica: nobody may notice. */
it("Heketi's recorded conversations are answered alike by three replicas behind a load balancer", () =>
  withCluster(async (cluster) => {
    const { code, output } = await play(cluster.base);
    expect(output).toContain(`${scenarios.length.toString()} passed, 0 failed`);
    expect(code).toBe(0);
    await cluster.run('db', 'check');
    tell('conversations recorded from Heketi', 'nothing else goes on', { conversations: scenarios.length });
  }));
