import { faults, type ChaosCase } from './cases.js';
import { shuffled } from './random.js';

/** Which cases are run. */
export interface Selection {
  readonly seed: string;
  /** Whether any case of the variant may be among them. */
  concerns(variant: string): boolean;
  of(cases: readonly ChaosCase[]): ChaosCase[];
}

/** Of the short form: as many as fit into about a minute. */
const SAMPLE = 36;

/** All with BRICKYARD_CHAOS=all, those whose name begins so with BRICKYARD_CHAOS_CASE, else a sample that the seed decides. */
export function selectionOf(env: NodeJS.ProcessEnv): Selection {
  const wanted = env['BRICKYARD_CHAOS_CASE'];
  if (wanted !== undefined) {
    const seed = /[^/]*\/[^/]*\/[^/]*\/[^/]*\/([^/]+)$/.exec(wanted)?.[1] ?? seedOf(env);
    const [variant] = wanted.split('/');
    return {
      seed,
      concerns: (name) => name === variant,
      of: (cases) => cases.filter(({ name }) => name === wanted || name.startsWith(`${wanted}/`)),
    };
  }
  const seed = seedOf(env);
  const all = env['BRICKYARD_CHAOS'] === 'all';
  return { seed, concerns: () => true, of: (cases) => (all ? [...cases] : sample(cases, seed)) };
}

function seedOf(env: NodeJS.ProcessEnv): string {
  return env['BRICKYARD_CHAOS_SEED'] ?? '1';
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
