import type { FaultAction } from '#node-simulator';
import { failEachCommand } from '#test/command-faults';
import { refusalOf } from '#test/refusal';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const WORDS = 'the disk said no';
const fail: FaultAction = { kind: 'fail', exitCode: 5, stderr: `${WORDS}\n` };

/** Each command of an operation goes wrong in turn, on every node; whatever happens, the nodes end as the read model says. */
describe('a node that fails at one command', () => {
  let system: SimulatedSystem;
  let empty: unknown;

  beforeAll(async () => {
    system = await startSimulatedSystem();
    await system.loadAll();
    // The first brick on a device makes the folder that is removed with the device.
    await remove((await create()) ?? '');
    empty = system.holdings();
  });
  afterEach(() => {
    for (const node of system.simulator.nodes) node.faults.clear();
  });
  afterAll(() => system.close());

  const create = (): Promise<string | null> =>
    system.client.change('POST', '/volumes', {
      size: 1,
      name: 'victim',
      durability: { type: 'replicate', replicate: { replica: 3 } },
    });
  const remove = (location: string): Promise<string | null> => system.client.change('DELETE', location);
  const volumes = async (): Promise<readonly string[]> =>
    (await system.client.get<{ volumes: string[] }>('/volumes')).volumes;
  const agrees = async (): Promise<void> => expect((await system.check()).differences).toEqual([]);

  it('fails a create with its own words and leaves nothing behind', async () => {
    const cases = await failEachCommand(system.simulator, fail, {
      prepare: () => Promise.resolve(),
      act: () => refusalOf(create()),
      judge: async (_before, refusal, { hit, label }) => {
        if (hit) expect(refusal, label).toContain(WORDS);
        const made = await volumes();
        expect(made, label).toHaveLength(hit ? 0 : 1);
        for (const id of made) await remove(`/volumes/${id}`);
        expect(system.holdings(), label).toEqual(empty);
      },
    });
    expect(cases).toBeGreaterThan(20);
    await agrees();
  });

  it.each(['drop-before', 'drop-after'] as const)(
    'is reached again after its connection broke (%s), and the create succeeds once',
    async (kind) => {
      const cases = await failEachCommand(
        system.simulator,
        { kind },
        {
          prepare: () => Promise.resolve(),
          act: () => create(),
          judge: async (_before, location, { label }) => {
            for (const node of Object.values(system.simulator.snapshot())) {
              expect(node.mounts, label).toHaveLength(1);
              expect(
                node.fstab.split('\n').filter((line) => line.includes('brick_')),
                label,
              ).toHaveLength(1);
              expect(node.glusterVolumes, label).toMatchObject([{ name: 'victim', started: true }]);
            }
            await remove(location ?? '');
            expect(system.holdings(), label).toEqual(empty);
          },
        },
      );
      expect(cases).toBeGreaterThan(20);
      await agrees();
    },
  );

  it('lets a create succeed also where its connection broke half way through a command', async () => {
    const cases = await failEachCommand(
      system.simulator,
      { kind: 'drop-midway' },
      {
        prepare: () => Promise.resolve(),
        act: () => create(),
        judge: async (_before, location, { label }) => {
          for (const node of Object.values(system.simulator.snapshot())) {
            expect(node.glusterVolumes, label).toMatchObject([{ name: 'victim', started: true }]);
          }
          await remove(location ?? '');
          expect(system.holdings(), label).toEqual(empty);
        },
      },
    );
    expect(cases).toBeGreaterThan(20);
    await agrees();
  });

  it('fails an expand and leaves the volume as it was', async () => {
    const cases = await failEachCommand(system.simulator, fail, {
      prepare: async () => ({ location: (await create()) ?? '', whole: system.holdings() }),
      act: ({ location }) => refusalOf(system.client.change('POST', `${location}/expand`, { expand_size: 1 })),
      judge: async ({ location, whole }, refusal, { hit, label }) => {
        if (refusal !== null) {
          expect(refusal, label).toContain(WORDS);
          expect(await system.client.get(location), label).toMatchObject({ size: 1 });
          expect(system.holdings(), label).toEqual(whole);
        } else if (hit) {
          // The bricks are in when the rebalance begins: the volume is larger, its data can be moved later.
          expect(label).toMatch(/rebalance/);
        }
        await remove(location);
        expect(system.holdings(), label).toEqual(empty);
      },
    });
    expect(cases).toBeGreaterThan(20);
    await agrees();
  });

  it('fails a delete while the volume can still be kept, and finishes it from then on', async () => {
    const ended = { refused: 0, finished: 0 };
    await failEachCommand(system.simulator, fail, {
      prepare: async () => ({ location: (await create()) ?? '', whole: system.holdings() }),
      act: ({ location }) => refusalOf(remove(location)),
      judge: async ({ location, whole }, refusal, { hit, label }) => {
        if (refusal !== null) {
          ended.refused += 1;
          expect(refusal, label).toContain(WORDS);
          expect(system.holdings(), label).toEqual(whole);
          await remove(location);
        } else if (hit) {
          ended.finished += 1;
        }
        expect(await volumes(), label).toEqual([]);
        expect(system.holdings(), label).toEqual(empty);
      },
    });
    expect(ended.refused).toBeGreaterThan(0);
    expect(ended.finished).toBeGreaterThan(10);
    await agrees();
  });
});
