import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { ClusterSettings, Cluster } from './cluster.js';
import { startCluster } from './cluster.js';
import { isLong, seed, stormSeconds } from './settings.js';

/** What an operator waits for at leisure a test has not the time for; and few at a time, so that a short burst has a queue. */
const impatient = {
  BRICKYARD_LEASE_TTL_MS: '3000',
  BRICKYARD_DRAIN_DELAY_MS: '3000',
  BRICKYARD_WORKER_CONCURRENCY: '8',
};

/** Runs one scenario on a cluster. */
export type WithCluster = (work: (cluster: Cluster) => Promise<void>) => Promise<void>;

/**
 * One cluster for the scenarios of a file: starting it takes longer than most of them. Each leaves it empty for the next. Where
 * one fails, the warnings of every process are told and how to repeat it, and the next one gets a new cluster.
 */
export function sharedCluster(settings: ClusterSettings): WithCluster {
  const env = { ...(isLong ? {} : impatient), ...settings.env };
  let shared: Cluster | null = null;
  const close = async (): Promise<void> => {
    const cluster = shared;
    shared = null;
    await cluster?.close();
  };
  afterAll(close);
  return async (work) => {
    const cluster = shared ?? (await startCluster({ ...settings, env }));
    shared = cluster;
    try {
      await work(cluster);
    } catch (error) {
      process.stderr.write(`${await cluster.warnings()}\nTo repeat it: ${commandOf(expect.getState())}\n`);
      await close();
      throw error;
    }
  };
}

/** Plays the test that runs now once more, with the same seed. */
function commandOf({ testPath = '', currentTestName = '' }: { testPath?: string; currentTestName?: string }): string {
  const form = isLong ? `--seconds ${stormSeconds}` : '--short';
  const name = currentTestName.replace(/.* > /, '');
  return `npm run test:history -- ${form} --seed ${seed} --file ${basename(testPath, '.cluster.spec.ts')} --test '${name}'`;
}

/** One line of numbers, for those who watch and for the report of `npm run test:history`. */
export function tell(scenario: string, disturbed: string, numbers: object): void {
  const text = Object.entries(numbers).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${scenario}: ${disturbed}, seed ${seed}: ${text.join(', ')}\n`);
  const file = process.env['BRICKYARD_HISTORY_FACTS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ scenario, disturbed, numbers })}\n`);
}
