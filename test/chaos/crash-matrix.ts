import { inspect } from 'node:util';
import { afterAll, describe, inject, it } from 'vitest';
import { backendOf, casesOf, isWholeName, type ChaosCase } from './cases.js';
import { inventoryOf, runCase, runUndisturbed, type Undisturbed } from './run-case.js';
import { variants, type Variant } from './scenarios.js';
import { selectionOf } from './selection.js';
import { ChaosWorld, type Backend } from './world.js';

/** Every case reads the whole log once more: after so many a new one is begun. */
const CASES_PER_WORLD = 50;

/** Registers the cases of one backend of the queue; each world runs its own, one after the other. */
export async function crashMatrix(backend: Backend): Promise<void> {
  const wanted = process.env['BRICKYARD_CHAOS_CASE'] ?? '';
  if (isWholeName(wanted) && backendOf(wanted) !== backend) {
    it.skip(`no case: ${wanted} is one of the other queue`);
    return;
  }
  const backends = inject('chaosBackends');
  if (!backends.includes(backend)) {
    it.skip(`no ${backend}: there is no server of it on the PATH`);
    return;
  }
  const selection = selectionOf(process.env, inject('chaosSeed'), backends);
  let world = await ChaosWorld.open(backend);
  let used = 0;
  afterAll(() => world.close());
  const undisturbed = new Map<string, Undisturbed>();
  const cases: ChaosCase[] = [];
  let spoilt = false;
  const worldOfCase = async (): Promise<ChaosWorld> => {
    if (spoilt || used === CASES_PER_WORLD) {
      // What a failed case has left behind has been told with it.
      await world.close().catch((error: unknown) => {
        if (!spoilt) throw error;
      });
      world = await ChaosWorld.open(backend);
      used = 0;
      spoilt = false;
      undisturbed.clear();
    }
    used += 1;
    return world;
  };
  // Of its own world: which node is the first one, and where bricks go, depends on ids.
  const undisturbedRun = async (variant: Variant): Promise<Undisturbed> => {
    const run = undisturbed.get(variant.name) ?? (await runUndisturbed(world, variant));
    undisturbed.set(variant.name, run);
    return run;
  };
  for (const variant of variants.filter((each) => selection.concerns(each, backend))) {
    const run = await undisturbedRun(variant);
    cases.push(...casesOf(variant, run.script, selection.seed));
  }
  const own = selection.of(cases, backend);
  if (own.length === 0) it.skip(`no case: none of ${wanted} is one of this queue`);
  describe.skipIf(own.length === 0)(`an operation on the ${backend} queue, struck`, () => {
    for (const chaosCase of own) {
      const { name, variant } = chaosCase;
      it(name, async () => {
        const where = await worldOfCase();
        spoilt = true;
        await struck(where, chaosCase, await undisturbedRun(variant));
        spoilt = false;
      });
    }
  });
}

async function struck(world: ChaosWorld, chaosCase: ChaosCase, undisturbed: Undisturbed): Promise<void> {
  try {
    await runCase(world, chaosCase, undisturbed);
  } catch (error) {
    // What is held somewhere must not hold up the next case.
    await world.dropWorker();
    if (error instanceof Error) error.message += `\n\nagain: npm run test:chaos -- --case ${chaosCase.name}`;
    // The whole matrix takes half an hour: what fails is not kept to its end.
    process.stderr.write(`\nfailed: ${chaosCase.name}\n${inspect(error)}\n`);
    throw error;
  } finally {
    for (const { faults } of world.nodes) faults.clear();
    await world.worker();
    await inventoryOf(world).restore();
  }
}
