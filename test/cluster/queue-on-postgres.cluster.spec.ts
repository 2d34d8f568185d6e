import { describe, it } from 'vitest';
import { killReplicasAndWorkers } from './scenarios/replicas-and-workers-killed.js';
import { killPostgres } from './scenarios/postgres-killed.js';
import { restartEverything } from './scenarios/rolling-restart.js';
import { sharedCluster } from './support/scenario.js';

describe('three replicas and three workers, the queue on Postgres', () => {
  const withCluster = sharedCluster({ queue: 'postgres', apis: 3, workers: 3, storageClusters: 2 });

  it('fail no request while each is stopped and started again', () => withCluster(restartEverything));

  it('leave a history that can be explained when they are killed', () =>
    withCluster((cluster) => killReplicasAndWorkers(cluster, 'queue on Postgres')));

  // Children of a process are found in /proc.
  it.runIf(process.platform === 'linux')('lose nothing and show nothing wrong when Postgres is killed', () =>
    withCluster(killPostgres),
  );
});
