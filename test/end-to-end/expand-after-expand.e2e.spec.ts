import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Volume {
  readonly size: number;
  readonly bricks: readonly unknown[];
}

/** Heketi accepts the second one too, and loses what the first has added. */
describe('an expansion that is asked for while another one runs', () => {
  let system: SimulatedSystem;
  let volume: string;

  beforeAll(async () => {
    system = await startSimulatedSystem({ simulator: { deviceSizeGiB: 500 } });
    await system.loadAll();
  });
  afterAll(() => system.close());

  const create = async (): Promise<string> => {
    const body = { size: 100, durability: { type: 'replicate', replicate: { replica: 3 } } };
    return (await system.client.change('POST', '/volumes', body)) ?? '';
  };
  const expand = (addGiB: number): Promise<unknown> =>
    system.client.follow('POST', `${volume}/expand`, { expand_size: addGiB });
  const bricksInGluster = (): number[] =>
    Object.values(system.simulator.snapshot()).map((node) => node.glusterVolumes[0]?.bricks.length ?? 0);
  /** The outcome, also while nobody waits for it yet. */
  const settled = (change: Promise<unknown>): Promise<PromiseSettledResult<unknown>> =>
    Promise.allSettled([change]).then(([result]) => result);

  it('waits for it, its bricks reserved; nothing of either is lost', async () => {
    volume = await create();
    const [node] = system.simulator.nodes;
    const hang = node?.faults.add({ match: /lvcreate/, action: { kind: 'hang' } });
    const first = settled(expand(10));
    await hang?.firstHit;
    const second = settled(expand(20));
    const pending = (): Promise<Volume> => system.client.get<Volume>(volume);
    await expect.poll(async () => (await pending()).bricks.length).toBe(9);
    expect((await pending()).size).toBe(100);
    await expect(system.client.change('DELETE', volume)).rejects.toThrow(
      'Failed to set up volume delete: The target exists, contains other items, or is in use.',
    );
    expect(bricksInGluster()).toEqual([3, 3, 3]);
    hang?.release();
    // An answer is the volume as it is when the operation has ended.
    expect(await first).toMatchObject({ status: 'fulfilled' });
    expect(await second).toMatchObject({ status: 'fulfilled', value: { size: 130 } });
    expect(await pending()).toMatchObject({ size: 130 });
    expect((await pending()).bricks).toHaveLength(9);
    expect(bricksInGluster()).toEqual([9, 9, 9]);
    await system.client.change('DELETE', volume);
  });

  it('is not touched by the failure of the one before', async () => {
    volume = await create();
    const hangs = system.simulator.nodes.map((node) =>
      node.faults.add({ match: /volume add-brick/, action: { kind: 'fail', exitCode: 1, stderr: 'no more bricks' } }),
    );
    const [node] = system.simulator.nodes;
    const hang = node?.faults.add({ match: /lvcreate/, action: { kind: 'hang' } });
    const first = settled(expand(10));
    await hang?.firstHit;
    const second = settled(expand(20));
    await expect.poll(async () => (await system.client.get<Volume>(volume)).bricks.length).toBe(9);
    hang?.release();
    expect(await first).toMatchObject({ status: 'rejected', reason: { message: 'no more bricks' } });
    expect(await second).toMatchObject({ status: 'fulfilled', value: { size: 120 } });
    expect(hangs.reduce((hits, rule) => hits + rule.hits, 0)).toBe(1);
    expect(bricksInGluster()).toEqual([6, 6, 6]);
    for (const each of Object.values(system.simulator.snapshot())) expect(each.mounts).toHaveLength(2);
    await system.client.change('DELETE', volume);
  });

  it('is not found while the volume is being created, as the volume is not', async () => {
    const [node] = system.simulator.nodes;
    const hang = node?.faults.add({ match: /lvcreate/, action: { kind: 'hang' } });
    const created = create();
    await hang?.firstHit;
    const [row] = await system.database.db.query<{ id: string }>('select id from read_model.volume');
    volume = `/volumes/${row?.id ?? ''}`;
    await expect(expand(1)).rejects.toThrow(/^Id not found$/);
    await expect(system.client.get(volume)).rejects.toThrow(/^Id not found$/);
    hang?.release();
    await system.client.change('DELETE', await created);
  });
});
