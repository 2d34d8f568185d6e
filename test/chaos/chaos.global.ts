import { startRedis } from '#test/redis-server';
import { randomInt } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import type { Backend } from './world.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Decides which cases are in the sample, and what each of them chooses. */
    chaosSeed: string;
    /** The queues that this machine can have. */
    chaosBackends: readonly Backend[];
  }
}

const SEEDS = 1_000_000;

/** Another seed with every run, unless it is given: each `npm test` looks at other cases. */
export default async function setup(project: TestProject): Promise<void> {
  const seed = process.env['BRICKYARD_CHAOS_SEED'] ?? String(randomInt(SEEDS));
  project.provide('chaosSeed', seed);
  process.stdout.write(`\ncrash matrix: seed ${seed}; the same again: ${again(seed)}\n\n`);
  // A server of its own for every world: FLUSHALL is for nobody else's.
  const redis = await startRedis();
  await redis?.stop();
  project.provide('chaosBackends', redis === null ? ['postgres'] : ['redis', 'postgres']);
}

function again(seed: string): string {
  const { BRICKYARD_CHAOS: form = 'sample', BRICKYARD_CHAOS_CASE: wanted } = process.env;
  const which = wanted === undefined ? (form === 'all' ? '' : ' --sample') : ` --case ${wanted}`;
  return `npm run test:chaos --${which} --seed ${seed}`;
}
