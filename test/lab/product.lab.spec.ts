import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { FuseClient } from './support/fuse-client.js';
import { Server } from './support/server.js';
import { onNode } from './support/shell.js';
import { tracesOnAllNodes, type Traces } from './support/traces.js';
import { wipeNodes } from './support/wipe.js';

interface VolumeInfo {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly bricks: readonly { readonly node: string; readonly device: string; readonly path: string }[];
  readonly mount: { readonly glusterfs: { readonly device: string } };
}
interface NodeInfo {
  readonly id: string;
  readonly devices: readonly {
    readonly id: string;
    readonly storage: { readonly used: number; readonly free: number };
  }[];
}

const lab = inject('lab');
const [first, second, third] = lab.nodes as [(typeof lab.nodes)[0], (typeof lab.nodes)[0], (typeof lab.nodes)[0]];
const replica3 = { type: 'replicate', replicate: { replica: 3 } };

const patience = { timeout: 240_000, interval: 250 };

let server: Server;
let before: Readonly<Record<string, Traces>>;

async function nodesOfTheFleet(): Promise<readonly NodeInfo[]> {
  const { clusters } = await server.client.get<{ clusters: string[] }>('/clusters');
  const infos = clusters.map((id) => server.client.get<{ nodes: string[] }>(`/clusters/${id}`));
  const ids = (await Promise.all(infos)).flatMap(({ nodes }) => nodes);
  return Promise.all(ids.map((id) => server.client.get<NodeInfo>(`/nodes/${id}`)));
}

const usedSpace = async (): Promise<readonly number[]> =>
  (await nodesOfTheFleet()).flatMap(({ devices }) => devices.map(({ storage }) => storage.used));

async function createVolume(size: number): Promise<VolumeInfo> {
  const location = await server.client.change('POST', '/volumes', { size, durability: replica3 });
  return server.client.get<VolumeInfo>(location!);
}

/** What a volume may leave: nothing. Peers and volume groups belong to the topology. */
async function expectNoBricks(): Promise<void> {
  for (const traces of Object.values(await tracesOnAllNodes(lab))) {
    expect(traces).toMatchObject({
      logicalVolumes: '',
      deviceMapper: 'No devices found',
      mounts: '',
      glusterVolumes: 'No volumes present in cluster',
      brickProcesses: '0',
      fstab: before[first.name]!.fstab,
    });
  }
  expect(new Set(await usedSpace())).toEqual(new Set([0]));
}

beforeAll(async () => {
  await wipeNodes(lab);
  before = await tracesOnAllNodes(lab);
  server = await Server.create(lab);
  await server.start();
});

afterAll(() => server.dispose());

describe('Brickyard on real storage nodes', () => {
  let volume: VolumeInfo;
  let written: string;

  it('loads the topology', async () => {
    await server.loadTopology(lab);
    expect((await nodesOfTheFleet()).map(({ devices }) => devices.length)).toEqual([1, 1, 1]);
    for (const traces of Object.values(await tracesOnAllNodes(lab))) {
      expect(traces.volumeGroups).toMatch(/^vg_[0-9a-f]{32}$/);
      expect(traces.peers.split('\n')).toHaveLength(3);
    }
  });

  it('creates a replica 3 volume that a client can use', async () => {
    volume = await createVolume(2);
    expect(new Set(volume.bricks.map(({ node }) => node)).size).toBe(3);
    const client = new FuseClient(lab, first, volume.name);
    await client.mount(second);
    written = await client.write('data', 20);
    await client.unmount();
  });

  it('expands it under its data', async () => {
    await server.client.change('POST', `/volumes/${volume.id}/expand`, { expand_size: 1 });
    expect(await server.client.get(`/volumes/${volume.id}`)).toMatchObject({ size: 3 });
    const client = new FuseClient(lab, second, volume.name);
    await client.mount(third);
    expect(await client.checksum('data')).toBe(written);
    expect(await client.freeMiB()).toBeGreaterThan(2.5 * 1024);
    await client.unmount();
  });

  it('deletes it', async () => {
    await server.client.change('DELETE', `/volumes/${volume.id}`);
    await expectNoBricks();
  });

  it('takes back a volume that one node refuses, and says what the node said', async () => {
    await onNode(lab, third, 'systemctl stop glusterd');
    try {
      await expect(createVolume(1)).rejects.toThrow(/glusterd|connect|peer|operational/i);
    } finally {
      await onNode(lab, third, 'systemctl start glusterd');
    }
    await expectNoBricks();
  });

  it('brings a volume to its end although the server is killed meanwhile', async () => {
    const accepted = server.client.change('POST', '/volumes', { size: 1, durability: replica3 }).catch(() => null);
    // In the middle: the first LVs are there.
    await vi.waitUntil(async () => (await onNode(lab, first, 'lvs --noheadings')) !== '', patience);
    await server.kill();
    await accepted;
    await server.start();
    // It was accepted, so it comes to be although nobody polls.
    const known = async (): Promise<readonly string[]> =>
      (await server.client.get<{ volumes: string[] }>('/volumes')).volumes;
    const [id] = await vi.waitUntil(async () => ((await known()).length > 0 ? known() : false), patience);
    const info = await server.client.get<VolumeInfo>(`/volumes/${id}`);
    const client = new FuseClient(lab, second, info.name);
    await client.mount(first);
    await client.unmount();
    await server.client.change('DELETE', `/volumes/${id}`);
    await expectNoBricks();
  });

  it('removes devices and nodes, and leaves the real nodes as they were', async () => {
    for (const node of await nodesOfTheFleet()) {
      for (const { id } of node.devices) {
        await server.client.change('POST', `/devices/${id}/state`, { state: 'offline' });
        await server.client.change('POST', `/devices/${id}/state`, { state: 'failed' });
        await server.client.change('DELETE', `/devices/${id}`);
      }
      await server.client.change('DELETE', `/nodes/${node.id}`);
    }
    expect(await tracesOnAllNodes(lab)).toEqual(before);
  });

  it('stops in order, with a log and a read model that agree', async () => {
    await server.stop();
    expect(await server.command('db', 'check')).toMatch(/^equal/);
  });
});
