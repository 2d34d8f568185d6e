import { patternOf } from './commands.js';
import { send, type Happening, type Wish } from './wish.js';
import type { ChaosWorld } from './world.js';

/** Longer than it takes from here to the happening. */
const HOLD_MS = 30_000;

const theEnd = { boundary: 'after-append', pattern: /^Operation(Succeeded|Failed)/, nth: 1 } as const;

/**
 * Asks for something of which a part cannot be done, until a cleanup owes it. Nobody can take the cleanup up before it happens
 * that its leases are free; by then nothing is in its way any more.
 */
export async function owedBy(world: ChaosWorld, wish: Wish, refused: readonly string[]): Promise<Happening> {
  await world.dropWorker();
  await world.nextWorker({ maxFailedRuns: 1 });
  // It goes no further than to the end of the operation: a moment later it would take the cleanup up itself.
  const { reached } = await (await world.worker()).arm(theEnd);
  for (const { faults } of world.nodes) {
    for (const label of refused) {
      const action = { kind: 'fail', exitCode: 1, stderr: 'not now\n' } as const;
      faults.add({ match: patternOf(label), action, times: Infinity });
    }
  }
  await (
    await send(world, wish)
  ).end;
  await reached;
  const operationId = (await world.operations('cleanup')).at(-1);
  const [accepted] = operationId === undefined ? [] : await world.eventsOf(operationId);
  if (operationId === undefined || accepted?.type !== 'OperationAccepted') throw new Error('nobody owes anything');
  await world.dropWorker();
  const lease = await world.holdLeases(accepted.data.resources, HOLD_MS);
  for (const { faults } of world.nodes) faults.clear();
  await world.nextWorker();
  return { operationId, happens: () => lease.release() };
}
