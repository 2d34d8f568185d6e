import { ask } from '#test/http-client';
import { patternOf } from './commands.js';
import type { Variant } from './scenarios.js';
import type { ChaosWorld } from './world.js';

/**
 * Cancels the next operation of the variant while its command is on a node, and then lets the command take effect.
 * @returns what resolves when that is done; at once where the variant is not cancelled
 */
export async function cancelOf(world: ChaosWorld, { kind, cancelDuring }: Variant): Promise<void> {
  if (cancelDuring === undefined) return;
  const pattern = patternOf(cancelDuring);
  let seen = false;
  const match = (line: string): boolean => {
    if (seen || !pattern.test(line)) return false;
    seen = true;
    return true;
  };
  const handles = world.nodes.map(({ faults }) => faults.add({ match, action: { kind: 'hang' } }));
  await Promise.race(handles.map(({ firstHit }) => firstHit));
  try {
    const operationId = (await world.operations(kind)).at(-1) ?? '';
    const { status, body } = await ask(world.system.base, 'POST', `/v1/operations/${operationId}:cancel`);
    if (status !== 200) throw new Error(`not cancelled: ${status} ${body}`);
  } finally {
    for (const handle of handles) handle.release();
  }
}
