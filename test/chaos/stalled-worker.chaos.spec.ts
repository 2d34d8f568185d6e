import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { labelOf, patternOf } from './commands.js';
import { doubleEffects, type RanCommand } from './double-effects.js';
import { shuffled } from './random.js';
import { commandsSince, inventoryOf, logLengths } from './run-case.js';
import { scenarios } from './scenarios.js';
import { stall } from './strikes.js';
import { send, type Accepted, type Happening, type Wish } from './wish.js';
import { ChaosWorld } from './world.js';

/** All of them, or in a sample the one that the seed says. */
function someOf(...labels: readonly string[]): string[] {
  const order = shuffled(labels, inject('chaosSeed'), (label) => label);
  return process.env['BRICKYARD_CHAOS'] === 'all' ? order : order.slice(0, 1);
}

/** What a node answers whose fence has seen a higher epoch. */
const FENCED = 75;

/**
 * A worker that is frozen in front of a command for longer than its lease and its job's lock, while another one takes over and
 * finishes. Measured without a fence: it wakes and sends its command all the same.
 */
describe.each(inject('chaosBackends'))('a stalled worker, with the queue on %s', (backend) => {
  let world: ChaosWorld;

  beforeAll(async () => {
    world = await ChaosWorld.open(backend);
  });
  afterEach(async () => {
    for (const { faults } of world.nodes) faults.clear();
    await inventoryOf(world).restore();
  });
  afterAll(() => world.close());

  async function freeze(accepted: Accepted): Promise<RanCommand[]> {
    const atEnd = accepted.end.then(() => logLengths(world));
    await stall(world, accepted);
    expect((await accepted.end).status).toBe(303);
    return commandsSince(world, await atEnd);
  }

  it.each(someOf('lvcreate', 'mount', 'volume create', 'volume start'))(
    'that wakes in front of %s has no effect on any node',
    async (label) => {
      const begin = logLengths(world);
      const worker = await world.worker();
      const { reached } = await worker.arm({ boundary: 'before-send', pattern: patternOf(label), nth: 1 });
      const accepted = await send(world, await createVolume());
      await reached;
      // Either it has noticed before it had a channel to send by, or the node has refused.
      expect((await freeze(accepted)).filter(({ exitCode }) => exitCode !== FENCED)).toEqual([]);
      expect(doubleEffects(commandsSince(world, begin))).toEqual([]);
    },
  );

  it.each(someOf('lvcreate', 'volume create', 'volume start'))(
    'whose %s was on its way for as long is refused by the node',
    async (label) => {
      const begin = logLengths(world);
      const onTheWay = holdOnTheWay(label);
      const accepted = await send(world, await createVolume());
      await onTheWay.held;
      const late = freeze(accepted);
      await accepted.end;
      onTheWay.letGo();
      const refused = await late;
      expect(refused.filter(({ exitCode }) => exitCode !== FENCED)).toEqual([]);
      expect(refused.map(({ line }) => labelOf(line))).toContain(label);
      expect(doubleEffects(commandsSince(world, begin))).toEqual([]);
    },
  );

  async function createVolume(): Promise<Wish | Happening> {
    const [variant] = scenarios['volume-create'];
    return variant!.prepare(inventoryOf(world), world);
  }

  /** The first such line that is sent to any node. */
  function holdOnTheWay(label: string): { held: Promise<unknown>; letGo: () => void } {
    const pattern = patternOf(label);
    let taken = false;
    const match = (line: string): boolean => {
      if (taken || !pattern.test(line)) return false;
      taken = true;
      return true;
    };
    const handles = world.nodes.map(({ faults }) => faults.add({ match, action: { kind: 'stall' } }));
    return {
      held: Promise.race(handles.map(({ firstHit }) => firstHit)),
      letGo: () => handles.forEach((handle) => handle.release()),
    };
  }
});
