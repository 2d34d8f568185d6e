import { isDrift } from '#drift';
import { removeNode, worldOf, type DriftSite } from '#test/drift-site';
import { removals } from '#test/node-alterations';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const replica3 = { type: 'replicate', replicate: { replica: 3 } };
describe('what somebody has begun to delete by hand is deleted', () => {
  let system: SimulatedSystem;
  let empty: unknown;

  beforeAll(async () => {
    system = await startSimulatedSystem({ simulator: { devicesPerNode: 2 } });
    empty = system.holdings();
  });
  afterAll(() => system.close());

  it.each(removals.map((removal) => ({ name: removal.name, removal })))('after $name', async ({ removal }) => {
    const { client, simulator } = system;
    await system.loadAll();
    const kept = (await client.change('POST', '/volumes', { size: 1, name: 'kept', durability: replica3 })) ?? '';
    await client.change('POST', `${kept}/expand`, { expand_size: 1 });
    const nodes = simulator.nodes as DriftSite['nodes'];
    expect(removal.apply({ nodes, old: worldOf(nodes[0]) } as DriftSite)).not.toEqual([]);

    await client.change('DELETE', kept);
    const left = (await system.drift()).differences.filter(isDrift);
    expect(left.filter(({ owner }) => owner?.name === 'kept')).toEqual([]);

    for (const { manageHost } of nodes) await removeNode(system, manageHost);
    const { clusters } = await client.get<{ clusters: string[] }>('/clusters');
    for (const id of clusters) await client.change('DELETE', `/clusters/${id}`);
    expect(system.holdings()).toEqual(empty);
  });
});
