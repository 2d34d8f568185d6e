import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface NodeInfo {
  readonly id: string;
  readonly devices: readonly { readonly id: string; readonly storage: { readonly used: number } }[];
}

/** From an empty fleet to an empty fleet, through the REST API, over real SSH. */
describe('the life of a volume on three nodes', () => {
  let system: SimulatedSystem;
  let before: unknown;
  let location = '';

  beforeAll(async () => {
    system = await startSimulatedSystem();
    before = system.holdings();
  });
  afterAll(() => system.close());

  const nodes = async (): Promise<NodeInfo[]> => {
    const { client } = system;
    const { clusters } = await client.get<{ clusters: string[] }>('/clusters');
    const infos = clusters.map((id) => client.get<{ nodes: string[] }>(`/clusters/${id}`));
    const ids = (await Promise.all(infos)).flatMap((cluster) => cluster.nodes);
    return Promise.all(ids.map((id) => client.get<NodeInfo>(`/nodes/${id}`)));
  };

  it('loads the topology: every node a peer of the others, a volume group on every device', async () => {
    await system.loadAll();
    expect(await nodes()).toHaveLength(3);
    for (const node of Object.values(system.simulator.snapshot())) {
      expect(node.peers).toHaveLength(2);
      expect(node.volumeGroups).toHaveLength(1);
    }
  });

  it('creates a replica 3 volume: a mounted brick on every node, started', async () => {
    const body = { size: 10, name: 'life', durability: { type: 'replicate', replicate: { replica: 3 } }, gid: 2000 };
    location = (await system.client.change('POST', '/volumes', body)) ?? '';
    expect(await system.client.get(location)).toMatchObject({ name: 'life', size: 10, gid: 2000 });
    for (const node of Object.values(system.simulator.snapshot())) {
      expect(node.logicalVolumes).toMatchObject([{ sizeKiB: 10_485_760, filesystem: 'xfs' }]);
      expect(node.mounts).toHaveLength(1);
      expect(node.fstab.split('\n').filter((line) => line.includes('brick_'))).toHaveLength(1);
      expect(node.glusterVolumes).toMatchObject([{ name: 'life', type: 'replicate', started: true }]);
      expect(node.logicalVolumes[0]?.folders).toMatchObject([{ gid: 2000, mode: '2775' }]);
    }
  });

  it('expands it by a second brick set', async () => {
    await system.client.change('POST', `${location}/expand`, { expand_size: 5 });
    expect(await system.client.get(location)).toMatchObject({ size: 15 });
    for (const node of Object.values(system.simulator.snapshot())) {
      expect(node.mounts).toHaveLength(2);
      expect(node.glusterVolumes[0]?.bricks).toHaveLength(6);
    }
  });

  it('deletes it: the nodes hold no brick and the devices are free again', async () => {
    await system.client.change('DELETE', location);
    for (const node of Object.values(system.simulator.snapshot())) {
      expect(node).toMatchObject({ logicalVolumes: [], thinPools: [], mounts: [], glusterVolumes: [] });
    }
    for (const node of await nodes()) expect(node.devices.map((device) => device.storage.used)).toEqual([0]);
  });

  it('removes devices, nodes and cluster: every node holds exactly what it held before', async () => {
    for (const node of await nodes()) {
      for (const { id } of node.devices) {
        await system.client.change('POST', `/devices/${id}/state`, { state: 'offline' });
        await system.client.change('POST', `/devices/${id}/state`, { state: 'failed' });
        await system.client.change('DELETE', `/devices/${id}`);
      }
      await system.client.change('DELETE', `/nodes/${node.id}`);
    }
    expect(system.holdings()).toEqual(before);
    for (const node of system.simulator.nodes) expect(node.fence).toEqual({ owner: null, epochs: {}, running: [] });
  });

  it('leaves a log and a read model that agree', async () => {
    expect((await system.check()).differences).toEqual([]);
  });
});
