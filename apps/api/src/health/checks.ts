import type { DatabaseHealth } from '#event-store';
import type { InstallationWatch, OperationQueue } from '#operations';
import { NotReady, type ReadinessCheck } from '#observability';

/** Postgres answers. Costs nothing: the process watches it all the time. */
export function databaseCheck(health: DatabaseHealth): ReadinessCheck {
  return {
    name: 'database',
    check: () => {
      health.assertUp();
      return Promise.resolve();
    },
  };
}

/** The database is that of the installation that queue, nodes and settings belong to. Nothing secret in why it is not. */
export function installationCheck(watch: Pick<InstallationWatch, 'trouble'>): ReadinessCheck {
  return {
    name: 'installation',
    check: () => (watch.trouble === null ? Promise.resolve() : Promise.reject(new NotReady(watch.trouble))),
  };
}

/** The queue answers. Without it operations are accepted, and carried out when it is back. */
export function queueCheck(queue: Pick<OperationQueue, 'trouble'>): ReadinessCheck {
  return {
    name: 'queue',
    essential: false,
    check: () => {
      const trouble = queue.trouble();
      return trouble === null ? Promise.resolve() : Promise.reject(new Error(trouble));
    },
  };
}
