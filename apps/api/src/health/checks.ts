import type { DatabaseHealth } from '#event-store';
import type { ReadinessCheck } from '../dependencies.js';

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
