import { afterAll, describe, it } from 'vitest';
import { casesOf, type ChaosCase } from './cases.js';
import { inventoryOf, runCase, runUndisturbed, type Undisturbed } from './run-case.js';
import { variants } from './scenarios.js';
import { selectionOf } from './selection.js';
import { ChaosWorld, type Backend } from './world.js';

/** Registers the cases of one backend of the queue; each world runs its own, one after the other. */
export async function crashMatrix(backend: Backend): Promise<void> {
  const selection = selectionOf(process.env);
  const world = await ChaosWorld.open(backend);
  afterAll(() => world.close());
  const undisturbed = new Map<string, Undisturbed>();
  const cases: ChaosCase[] = [];
  for (const variant of variants.filter(({ name }) => selection.concerns(name))) {
    const run = await runUndisturbed(world, variant);
    undisturbed.set(variant.name, run);
    cases.push(...casesOf(variant, run.script, selection.seed));
  }
  const own = selection.of(cases).filter((each) => each.backend === backend);
  describe(`an operation on the ${backend} queue, struck`, () => {
    for (const chaosCase of own) {
      const { name, variant } = chaosCase;
      it(name, async () => {
        try {
          await runCase(world, chaosCase, undisturbed.get(variant.name)!);
        } catch (error) {
          // What is held somewhere must not hold up the next case.
          await world.dropWorker();
          throw explained(error, name);
        } finally {
          for (const node of world.nodes) node.faults.clear();
          await world.worker();
          await inventoryOf(world).restore();
        }
      });
    }
  });
}

function explained(error: unknown, name: string): unknown {
  if (error instanceof Error) error.message += `\n\nagain: npm run test:chaos -- --case ${name}`;
  return error;
}
