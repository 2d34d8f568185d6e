import { faults, type ChaosCase } from './cases.js';
import { chosen, shuffled } from './random.js';
import type { Variant } from './scenarios.js';
import type { Backend } from './world.js';

/** Which cases are run. */
export interface Selection {
  readonly seed: string;
  /** Whether any case of the variant may be among those of the backend. */
  concerns(variant: Variant, backend: Backend): boolean;
  /** Those of the backend. @throws Error where no case of either has the name that is asked for */
  of(cases: readonly ChaosCase[], backend: Backend): ChaosCase[];
}

/** Of the short form, on both backends together: as many as fit into about a minute. */
const SAMPLE = 32;

const ofBackend = (cases: readonly ChaosCase[], backend: Backend): ChaosCase[] =>
  cases.filter((each) => each.backend === backend);

/**
 * All with BRICKYARD_CHAOS=all (of several processes, those of this BRICKYARD_CHAOS_SHARD), those whose name begins so with BRICKYARD_CHAOS_CASE, else a sample of
 * BRICKYARD_CHAOS_COUNT that the seed decides. A whole name brings its own seed.
 * @param backends those that the machine has: a sample looks at each variant on one of them
 */
export function selectionOf(env: NodeJS.ProcessEnv, seed: string, backends: readonly Backend[]): Selection {
  const wanted = env['BRICKYARD_CHAOS_CASE'];
  if (wanted !== undefined) return byName(wanted, seed);
  if (env['BRICKYARD_CHAOS'] === 'all') return all(seed, env['BRICKYARD_CHAOS_SHARD'] ?? '1/1');
  const count = Math.ceil(Number(env['BRICKYARD_CHAOS_COUNT'] ?? SAMPLE) / backends.length);
  return {
    seed,
    concerns: ({ name, brief }, backend) => brief === true || backends[chosen(backends.length, seed, name)] === backend,
    of: (cases, backend) => sample(ofBackend(cases, backend), seed, count),
  };
}

function byName(wanted: string, seed: string): Selection {
  const [variant, , , , ownSeed = seed] = wanted.split('/');
  return {
    seed: ownSeed,
    concerns: ({ name }) => name === variant,
    of: (cases, backend) => {
      const found = cases.filter(({ name }) => name === wanted || name.startsWith(`${wanted}/`));
      if (found.length === 0) throw new Error(`no case is called ${wanted}, or begins so`);
      return ofBackend(found, backend);
    },
  };
}

/** @param shard `2/3`: of three processes that share the cases this is the second */
function all(seed: string, shard: string): Selection {
  const [number = 1, count = 1] = shard.split('/').map(Number);
  return {
    seed,
    concerns: () => true,
    of: (cases, backend) => ofBackend(cases, backend).filter(({ name }) => chosen(count, name, 'shard') === number - 1),
  };
}

/** At least one of every variant and of every fault, then whatever the seed says. */
function sample(cases: readonly ChaosCase[], seed: string, count: number): ChaosCase[] {
  const order = shuffled(cases, seed, ({ name }) => name);
  const variants = [...new Set(order.map(({ variant }) => variant.name))];
  const first = [
    ...variants.map((name) => order.find(({ variant }) => variant.name === name)),
    ...faults.map((fault) => order.find((each) => each.fault === fault)),
  ].filter((each) => each !== undefined);
  return [...new Set([...first, ...order])].slice(0, Math.max(count, new Set(first).size));
}
