import { describe, it } from 'vitest';
import { killReplicasAndWorkers } from './scenarios/replicas-and-workers-killed.js';
import { flushRedis } from './scenarios/redis-flushed.js';
import { hasProgram } from './support/has-program.js';
import { sharedCluster } from './support/scenario.js';

describe.skipIf(!hasProgram('redis-server'))('three replicas and three workers, the queue on Redis', () => {
  const withCluster = sharedCluster({ queue: 'redis', apis: 3, workers: 3, storageClusters: 2 });

  it('end every operation when Redis is wiped', () => withCluster(flushRedis));

  it('leave a history that can be explained when they are killed', () =>
    withCluster((cluster) => killReplicasAndWorkers(cluster, 'queue on Redis')));
});
