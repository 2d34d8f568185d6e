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

/** Of the short form, on each backend: as many as fit into about a minute. */
const SAMPLE = 18;

const ofBackend = (cases: readonly ChaosCase[], backend: Backend): ChaosCase[] =>
  cases.filter((each) => each.backend === backend);

/**
 * All with BRICKYARD_CHAOS=all, those whose name begins so with BRICKYARD_CHAOS_CASE, else a sample that the seed decides. A
 * whole name brings its own seed.
 * @param backends those that the machine has: a sample looks at each variant on one of them
 */
export function selectionOf(env: NodeJS.ProcessEnv, seed: string, backends: readonly Backend[]): Selection {
  const wanted = env['BRICKYARD_CHAOS_CASE'];
  if (wanted !== undefined) return byName(wanted, seed);
  if (env['BRICKYARD_CHAOS'] === 'all') return { seed, concerns: () => true, of: ofBackend };
  return {
    seed,
    concerns: ({ name, brief }, backend) => brief === true || backends[chosen(backends.length, seed, name)] === backend,
    of: (cases, backend) => sample(ofBackend(cases, backend), seed),
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

/** At least one of every variant and of every fault, then whatever the seed says. */
function sample(cases: readonly ChaosCase[], seed: string): ChaosCase[] {
  const order = shuffled(cases, seed, ({ name }) => name);
  const variants = [...new Set(order.map(({ variant }) => variant.name))];
  const first = [
    ...variants.map((name) => order.find(({ variant }) => variant.name === name)),
    ...faults.map((fault) => order.find((each) => each.fault === fault)),
  ].filter((each) => each !== undefined);
  return [...new Set([...first, ...order])].slice(0, SAMPLE);
}
