import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Cluster } from '../support/cluster.js';
import type { KillablePostgres } from '../support/postgres.js';
import { between } from '../support/random.js';
import { type Moment, runHistory } from '../support/run-history.js';
import { tell } from '../support/scenario.js';
import { otherSeconds, seed } from '../support/settings.js';

/** Kills it in the middle of work, leaves it away for a while, starts it on its data; at least twice. Returns how often. */
async function killAgainAndAgain(postgres: KillablePostgres, moment: Moment): Promise<number> {
  const { random, timeUp } = moment;
  let kills = 0;
  while (!timeUp.aborted || kills < 2) {
    await moment.accepted(between(random, 10, 30));
    await postgres.kill();
    kills += 1;
    await delay(between(random, 0, 3000));
    await postgres.startAgain();
  }
  // The clients come to their end on a database that is there.
  return kills;
}

export async function killPostgres(cluster: Cluster): Promise<void> {
  let kills = 0;
  const { numbers, failed, problems } = await runHistory(cluster, {
    clients: 16,
    seconds: otherSeconds,
    seed,
    rules: { disturbed: true },
    disturb: async (moment) => {
      kills = await killAgainAndAgain(cluster.postgres, moment);
    },
  });
  tell('Postgres', `${kills} times kill -9`, numbers);
  expect(problems).toEqual([]);
  expect(failed).toEqual([]);
  expect(numbers.created).toBeGreaterThan(0);
}
