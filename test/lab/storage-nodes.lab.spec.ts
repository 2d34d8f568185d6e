import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DeviceObservation, PinnedHostKey } from '#domain';
import { gibToKib, newId } from '#kernel';
import {
  FencedError,
  FencedExecutor,
  ForeignNodeError,
  GlusterStorageNodes,
  NodeUnreachableError,
  SshExecutor,
  type BrickSpec,
  type NodeAddress,
  type NodeCall,
  type VolumeSpec,
} from '#storage-nodes';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FuseClient } from './support/fuse-client.js';
import { onNode } from './support/shell.js';
import { tracesOnAllNodes, type Traces } from './support/traces.js';
import { wipeNodes } from './support/wipe.js';

const lab = inject('lab');
const ids = { volume: newId(), devices: lab.nodes.map(() => newId()) };
const volumeName = `vol_${ids.volume}`;
const sizeGiB = 2;

const addresses: readonly NodeAddress[] = lab.nodes.map((node) => ({
  nodeId: newId(),
  manageHost: node.manageHost,
  storageHost: node.storageHost,
  hostKey: null,
}));
const via = addresses[0]!;

const bricks: readonly BrickSpec[] = ids.devices.map((deviceId, i) => {
  const brickId = newId();
  return {
    brickId,
    volumeId: ids.volume,
    deviceId,
    nodeId: addresses[i]!.nodeId,
    sizeKiB: gibToKib(sizeGiB),
    thinPoolKiB: gibToKib(sizeGiB),
    poolMetadataKiB: 12 * 1024,
    path: `/var/lib/heketi/mounts/vg_${deviceId}/brick_${brickId}/brick`,
    gid: 2001,
  };
});

const volume: VolumeSpec = {
  name: volumeName,
  volumeId: ids.volume,
  durability: { type: 'replicate', replica: 3 },
  options: ['network.ping-timeout 10'],
  brickSets: [bricks.map((brick, i) => ({ storageHost: addresses[i]!.storageHost, path: brick.path }))],
};

const device = (i: number) => ({ deviceId: ids.devices[i]!, name: lab.nodes[i]!.devices[0]!, destroyData: false });

let nodes: GlusterStorageNodes;
let transport: () => SshExecutor;
let before: Readonly<Record<string, Traces>>;
let observed: readonly DeviceObservation[];
const shownKeys = new Map<string, PinnedHostKey>();

/** The lease that all of this is done under. */
const key = `volume/${ids.volume}`;
let epoch = 1;

function call(at = epoch): NodeCall {
  return {
    fence: { epochs: { [key]: at } },
    signal: AbortSignal.timeout(240_000),
    onCommand: () => undefined,
    onHostKey: (nodeId, key) => shownKeys.set(nodeId, key),
  };
}

const nodesOf = (installationId: string): GlusterStorageNodes =>
  new GlusterStorageNodes(transport(), { fence: { installationId, patienceSeconds: 1, graceSeconds: 1 } });

const onEach = <T>(work: (node: NodeAddress, i: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(addresses.map(work));

beforeAll(async () => {
  const { ssh } = lab;
  const privateKey = await readFile(ssh.privateKeyFile, 'utf8');
  // As a site does it: a user of its own, with sudo for each command.
  transport = () => new SshExecutor({ user: ssh.sudoUser, sudo: true, port: ssh.port, privateKey });
  nodes = nodesOf('lab');
  await wipeNodes(lab);
  before = await tracesOnAllNodes(lab);
});

afterAll(() => nodes.close());

describe('StorageNodes on real nodes', () => {
  it('finds glusterd running and reports the host key of each node', async () => {
    expect(await onEach((node) => nodes.glusterdRunning(node, call()))).toEqual([true, true, true]);
    const expected = lab.nodes.map(({ hostKey }) => ({
      algorithm: hostKey.algorithm,
      publicKey: hostKey.publicKey,
      fingerprint: `SHA256:${createHash('sha256').update(Buffer.from(hostKey.publicKey, 'base64')).digest('base64').replace(/=+$/, '')}`,
    }));
    expect(addresses.map(({ nodeId }) => shownKeys.get(nodeId))).toEqual(expected);
  });

  it('refuses a node that shows another host key than the pinned one', async () => {
    const pinned = { ...via, nodeId: newId(), hostKey: shownKeys.get(addresses[1]!.nodeId)! };
    await expect(nodes.glusterdRunning(pinned, call())).rejects.toThrow(/host key/i);
  });

  it('makes peers, twice', async () => {
    for (const { storageHost } of [...addresses, ...addresses]) await nodes.ensurePeer(via, storageHost, call());
    for (const { peers } of Object.values(await tracesOnAllNodes(lab))) expect(peers.split('\n')).toHaveLength(3);
  });

  it('makes devices, and measures the same again', async () => {
    observed = await onEach((node, i) => nodes.ensureDevice(node, device(i), call()));
    for (const [i, { totalKiB, freeKiB, extentSizeKiB, pvUuid, paths }] of observed.entries()) {
      const diskKiB = gibToKib(lab.nodes[i]!.diskSizeGiB);
      expect(extentSizeKiB).toBe(4096);
      expect(freeKiB).toBe(totalKiB);
      // 128 MiB are LVM's own.
      expect(totalKiB).toBeGreaterThan(diskKiB - 140 * 1024);
      expect(totalKiB).toBeLessThanOrEqual(diskKiB - 128 * 1024);
      expect(pvUuid).toMatch(/^\w{6}(-\w{4}){5}-\w{6}$/);
      expect(paths).toContain(device(i).name);
    }
    const again = await onEach((node, i) => nodes.ensureDevice(node, device(i), call()));
    expect(again.map(({ pvUuid, totalKiB }) => ({ pvUuid, totalKiB }))).toEqual(
      observed.map(({ pvUuid, totalKiB }) => ({ pvUuid, totalKiB })),
    );
  });

  it('refuses a disk that another device id owns', async () => {
    const other = { ...device(0), deviceId: newId(), destroyData: true };
    await expect(nodes.ensureDevice(via, other, call())).rejects.toThrow(/already|destroy/i);
  });

  it('ends what a lost worker left running when somebody takes over, and refuses what it sends later', async () => {
    const sleeping = (): Promise<string> => onNode(lab, lab.nodes[0]!, 'pgrep --exact --list-full sleep || true');
    const lost = new FencedExecutor(transport(), { installationId: 'lab' });
    const stuck = lost
      .run(via, { argv: ['sleep', '300'], timeoutMs: 300_000 }, call())
      .catch((error: unknown) => error);
    await expect.poll(sleeping).toContain('sleep 300');
    await lost.close();
    expect(await stuck).toBeInstanceOf(NodeUnreachableError);
    expect(await sleeping()).toContain('sleep 300');

    epoch += 1;
    await onEach((node) => nodes.takeOver(node, call()));

    expect(await sleeping()).toBe('');
    await expect(nodes.measureDevice(via, device(0), call(epoch - 1))).rejects.toThrow(FencedError);
  });

  it('leaves the nodes of another installation alone', async () => {
    const stranger = nodesOf('another');
    await expect(stranger.measureDevice(via, device(0), call(epoch + 1))).rejects.toThrow(ForeignNodeError);
    expect(await stranger.nodeInstallation(via, call())).toBe('lab');
    await stranger.close();
  });

  it('makes bricks that cost the device what was reserved, twice', async () => {
    await onEach((node, i) => nodes.ensureBrick(node, bricks[i]!, { fresh: true }, call()));
    await onEach((node, i) => nodes.ensureBrick(node, bricks[i]!, { fresh: false }, call()));
    const after = await onEach((node, i) => nodes.measureDevice(node, device(i), call()));
    for (const [i, { freeKiB }] of after.entries()) {
      const { thinPoolKiB, poolMetadataKiB } = bricks[i]!;
      const paid = observed[i]!.freeKiB - freeKiB;
      // LVM keeps one spare of the metadata for all pools of a group.
      expect(paid - thinPoolKiB - poolMetadataKiB).toBe(poolMetadataKiB);
    }
  });

  it('creates and starts the volume, twice', async () => {
    await nodes.ensureVolume(via, volume, { fresh: true }, call());
    await nodes.ensureVolume(via, volume, { fresh: false }, call());
    await nodes.ensureVolumeStarted(via, volumeName, call());
    await nodes.ensureVolumeStarted(via, volumeName, call());
    const info = await nodes.volumeInfo(via, volumeName, call());
    expect(info).toMatchObject({
      name: volumeName,
      started: true,
      bricks: volume.brickSets.flat().map(({ storageHost, path }) => `${storageHost}:${path}`),
      options: { 'network.ping-timeout': '10', 'user.heketi.id': ids.volume },
    });
  });

  it('gives a client back what it wrote, through another mount on another node', async () => {
    const [first, second] = lab.nodes;
    const writer = new FuseClient(lab, first!, volumeName);
    await writer.mount(second!);
    const written = await writer.write('data', 20);
    expect(await writer.freeMiB()).toBeGreaterThan(sizeGiB * 1024 * 0.9);
    await writer.unmount();
    const reader = new FuseClient(lab, second!, volumeName);
    await reader.mount(first!);
    expect(await reader.checksum('data')).toBe(written);
    await reader.unmount();
  });

  it('removes everything, twice, and leaves the nodes as they were', async () => {
    for (let time = 0; time < 2; time++) {
      await nodes.ensureVolumeStopped(via, volumeName, call());
      await nodes.removeVolume(via, volumeName, call());
      expect(await nodes.volumeInfo(via, volumeName, call())).toBeNull();
      await onEach((node, i) => nodes.removeBrick(node, bricks[i]!, call()));
      await onEach((node, i) => nodes.removeDevice(node, { ...device(i), pvUuid: observed[i]!.pvUuid }, call()));
      for (const { storageHost } of addresses.slice(1)) await nodes.removePeer(via, storageHost, call());
      await onEach((node) => nodes.forgetNode(node, call()));
    }
    for (const node of lab.nodes) expect(await onNode(lab, node, 'ls /var/lib')).not.toContain('brickyard');
    expect(await tracesOnAllNodes(lab)).toEqual(before);
  });
});
