import type { DatabaseHealth } from '#event-store';
import type { OperationQueue } from '#operations';
import type { ReadinessCheck } from '#observability';

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
