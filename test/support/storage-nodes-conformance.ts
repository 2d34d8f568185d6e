import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BrickReservation, CommandRecord, DeviceObservation, Durability } from '#domain';
import { newId } from '#kernel';
import type { GlusterBrick, NodeAddress, NodeCall, StorageNodes, VolumeSpec } from '#storage-nodes';

export interface NodesUnderTest {
  readonly nodes: StorageNodes;
  /** At least three; the first is a member of the pool that the others are added to. */
  readonly addresses: readonly NodeAddress[];
  /** An empty device that every node has. */
  readonly devicePath: string;
  dispose(): Promise<void>;
}

const GIB = 1_048_576;

/**
 * What every StorageNodes does. Called with the mock, with simulated nodes over SSH, and with real nodes.
 * @param everythingSucceeds the nodes refuse nothing, as Heketi's mock
 */
export function describeStorageNodes(
  name: string,
  makeNodes: () => Promise<NodesUnderTest>,
  { everythingSucceeds = false }: { everythingSucceeds?: boolean } = {},
): void {
  describe(`storage nodes: ${name}`, () => {
    let under: NodesUnderTest;
    let nodes: StorageNodes;
    let via: NodeAddress;
    let records: CommandRecord[];
    let call: NodeCall;

    beforeEach(async () => {
      under = await makeNodes();
      nodes = under.nodes;
      via = under.addresses[0]!;
      records = [];
      call = { signal: new AbortController().signal, onCommand: (record) => records.push(record) };
    });

    afterEach(async () => {
      await under.dispose();
    });

    const deviceOf = (deviceId: string) => ({ deviceId, name: under.devicePath, destroyData: false });

    async function joinAll(): Promise<void> {
      for (const { storageHost } of under.addresses.slice(1)) {
        await nodes.ensurePeer(via, storageHost, call);
      }
    }

    /** A device on every node, then `sets` of one brick each node. */
    async function makeBricks(deviceIds: readonly string[], volumeId: string): Promise<readonly BrickReservation[]> {
      return Promise.all(
        under.addresses.map(async (address, index) => {
          const brick = brickOn(deviceIds[index]!, address.nodeId, volumeId);
          await nodes.ensureBrick(address, { ...brick, gid: 0 }, { fresh: true }, call);
          return brick;
        }),
      );
    }

    async function makeDevices(): Promise<readonly string[]> {
      return Promise.all(
        under.addresses.map(async (address) => {
          const deviceId = newId();
          await nodes.ensureDevice(address, deviceOf(deviceId), call);
          return deviceId;
        }),
      );
    }

    function volumeOf(volumeId: string, ...sets: readonly (readonly BrickReservation[])[]): VolumeSpec {
      const durability: Durability = { type: 'replicate', replica: under.addresses.length };
      const asGluster = (brick: BrickReservation): GlusterBrick => ({
        storageHost: under.addresses.find(({ nodeId }) => nodeId === brick.nodeId)!.storageHost,
        path: brick.path,
      });
      return {
        name: `vol_${volumeId}`,
        volumeId,
        durability,
        options: ['', 'performance.io-cache off', ''],
        brickSets: sets.map((set) => set.map(asGluster)),
      };
    }
    const textsOf = (spec: VolumeSpec): string[] =>
      spec.brickSets.flat().map(({ storageHost, path }) => `${storageHost}:${path}`);

    describe('peers', () => {
      it('are found running, added and removed, as often as wanted', async () => {
        expect(await nodes.glusterdRunning(via, call)).toBe(true);
        await joinAll();
        await joinAll();
        const last = under.addresses.at(-1)!;
        await nodes.removePeer(via, last.storageHost, call);
        await nodes.removePeer(via, last.storageHost, call);
        await nodes.ensurePeer(via, last.storageHost, call);
      });
    });

    describe('devices', () => {
      it('are made ours, and found ours by whoever comes after', async () => {
        const device = deviceOf(newId());
        const first = await nodes.ensureDevice(via, device, call);
        expectSound(first, device.name);
        expect(first.freeKiB).toBe(first.totalKiB);
        expect(await nodes.ensureDevice(via, device, call)).toEqual(first);
        expect(await nodes.measureDevice(via, device, call)).toEqual(first);
        expect(await nodes.measureDevice(via, { ...device, pvUuid: first.pvUuid }, call)).toEqual(first);
      });

      it('are given back whole, more than once, and can be used again', async () => {
        const device = deviceOf(newId());
        const { pvUuid, totalKiB } = await nodes.ensureDevice(via, device, call);
        await nodes.removeDevice(via, { ...device, pvUuid }, call);
        await nodes.removeDevice(via, { ...device, pvUuid }, call);
        await nodes.removeDevice(via, { ...device, pvUuid: '' }, call);
        const again = await nodes.ensureDevice(via, deviceOf(newId()), call);
        expect(again.totalKiB).toBe(totalKiB);
      });

      it.skipIf(everythingSucceeds)('that are in use are refused in words that name what is on them', async () => {
        const owner = deviceOf(newId());
        const { pvUuid } = await nodes.ensureDevice(via, owner, call);
        const intruder = deviceOf(newId());
        const refusal = `Initializing device ${owner.name} failed (aleady contains Physical Volume ${pvUuid}): `;
        await expect(nodes.ensureDevice(via, intruder, call)).rejects.toThrow(refusal);
        const destroying = { ...intruder, destroyData: true };
        await expect(nodes.ensureDevice(via, destroying, call)).rejects.toThrow('Can not destroy device');
        const known = { ...destroying, knownPvUuids: [pvUuid] };
        await expect(nodes.ensureDevice(via, known, call)).rejects.toThrow(
          `Device already in use (ID: ${owner.deviceId})`,
        );
        // the undo of the failed add must not touch what belongs to the other
        await nodes.removeDevice(via, { ...intruder, pvUuid: '' }, call);
        expect((await nodes.measureDevice(via, owner, call)).pvUuid).toBe(pvUuid);
      });
    });

    describe('bricks', () => {
      it('take their pool and its metadata from the device, and give it all back', async () => {
        const device = deviceOf(newId());
        const before = await nodes.ensureDevice(via, device, call);
        const brick = brickOn(device.deviceId, via.nodeId, newId());
        await nodes.ensureBrick(via, { ...brick, gid: 2000 }, { fresh: true }, call);
        const during = await nodes.measureDevice(via, device, call);
        expectSound(during, device.name);
        expect(before.freeKiB - during.freeKiB).toBeGreaterThanOrEqual(brick.thinPoolKiB + brick.poolMetadataKiB);
        await nodes.ensureBrick(via, { ...brick, gid: 2000 }, { fresh: false }, call);
        expect(await nodes.measureDevice(via, device, call)).toEqual(during);
        await nodes.removeBrick(via, brick, call);
        await nodes.removeBrick(via, brick, call);
        expect(await nodes.measureDevice(via, device, call)).toEqual(before);
        await nodes.removeDevice(via, { ...device, pvUuid: before.pvUuid }, call);
      });

      it('that were never made are removed without complaint', async () => {
        const device = deviceOf(newId());
        const brick = brickOn(device.deviceId, via.nodeId, newId());
        await nodes.removeBrick(via, brick, call);
        await nodes.ensureDevice(via, device, call);
        await nodes.removeBrick(via, brick, call);
      });
    });

    describe('volumes', () => {
      it('live from create to delete, every step as often as wanted', async () => {
        await joinAll();
        const deviceIds = await makeDevices();
        const volumeId = newId();
        const first = await makeBricks(deviceIds, volumeId);
        const spec = volumeOf(volumeId, first);
        expect(await nodes.volumeInfo(via, spec.name, call)).toBeNull();
        await nodes.ensureVolume(via, spec, { fresh: true }, call);
        await nodes.ensureVolume(via, spec, { fresh: false }, call);
        await nodes.ensureVolumeStarted(via, spec.name, call);
        await nodes.ensureVolumeStarted(via, spec.name, call);
        const created = await nodes.volumeInfo(via, spec.name, call);
        expect(created).toMatchObject({ name: spec.name, started: true, bricks: textsOf(spec) });
        expect(created?.options['user.heketi.id']).toBe(volumeId);

        const more = volumeOf(volumeId, await makeBricks(deviceIds, volumeId));
        await nodes.ensureBricksInVolume(via, more, call);
        await nodes.ensureBricksInVolume(via, more, call);
        expect((await nodes.volumeInfo(via, spec.name, call))?.bricks).toEqual([...textsOf(spec), ...textsOf(more)]);
        await nodes.removeBricksFromVolume(via, more, call);
        await nodes.removeBricksFromVolume(via, more, call);
        expect((await nodes.volumeInfo(via, spec.name, call))?.bricks).toEqual(textsOf(spec));
        // bricks that were in a volume once carry its mark; Gluster takes new ones only
        const others = volumeOf(volumeId, await makeBricks(deviceIds, volumeId));
        await nodes.ensureBricksInVolume(via, others, call);
        await nodes.startRebalance(via, spec.name, call);

        for (let time = 0; time < 2; time += 1) {
          await nodes.ensureVolumeStopped(via, spec.name, call);
          await nodes.removeVolume(via, spec.name, call);
          expect(await nodes.volumeInfo(via, spec.name, call)).toBeNull();
        }
        await nodes.removeBricksFromVolume(via, more, call);
      });

      it.skipIf(everythingSucceeds)('of somebody else are neither adopted nor removed', async () => {
        await joinAll();
        const deviceIds = await makeDevices();
        const theirs = volumeOf(newId(), await makeBricks(deviceIds, newId()));
        await nodes.ensureVolume(via, theirs, { fresh: true }, call);
        await nodes.ensureVolumeStarted(via, theirs.name, call);
        const before = await nodes.volumeInfo(via, theirs.name, call);
        const ours = { ...volumeOf(newId(), await makeBricks(deviceIds, newId())), name: theirs.name };
        await expect(nodes.ensureVolume(via, ours, { fresh: false }, call)).rejects.toThrow('belongs to another');
        await expect(nodes.ensureVolume(via, ours, { fresh: true }, call)).rejects.toThrow('already exists');
        await nodes.ensureVolumeStopped(via, ours.name, call, ours);
        await nodes.removeVolume(via, ours.name, call, ours);
        expect(await nodes.volumeInfo(via, theirs.name, call)).toEqual(before);
      });
    });

    describe('every call', () => {
      it('stops before it does anything once its signal has fired', async () => {
        const aborted: NodeCall = { ...call, signal: AbortSignal.abort(new Error('the lease is lost')) };
        const device = deviceOf(newId());
        await expect(nodes.ensureDevice(via, device, aborted)).rejects.toThrow('the lease is lost');
        await expect(nodes.volumeInfo(via, 'vol', aborted)).rejects.toThrow('the lease is lost');
        await expect(nodes.glusterdRunning(via, aborted)).rejects.toThrow('the lease is lost');
        expect(records).toEqual([]);
      });

      it.skipIf(everythingSucceeds)('puts its commands on record, in order', async () => {
        await nodes.ensureDevice(via, deviceOf(newId()), call);
        const programs = records.map(({ command }) => command.split(' ').slice(0, 2).join(' '));
        expect(programs).toEqual([
          '/usr/sbin/lvm pvs',
          '/usr/sbin/lvm pvcreate',
          '/usr/sbin/lvm vgcreate',
          '/usr/sbin/lvm vgs',
          '/usr/sbin/lvm pvs',
          'udevadm info',
        ]);
        expect(records.every(({ node }) => node === via.manageHost)).toBe(true);
        expect(records.map(({ exitCode }) => exitCode)).toEqual([5, 0, 0, 0, 0, 0]);
      });
    });
  });
}

/** A 1 GiB brick with its names and sizes as placement makes them. */
export function brickOn(deviceId: string, nodeId: string, volumeId: string): BrickReservation {
  const brickId = newId();
  return {
    brickId,
    volumeId,
    deviceId,
    nodeId,
    sizeKiB: GIB,
    thinPoolKiB: GIB,
    poolMetadataKiB: 8192,
    path: `/var/lib/heketi/mounts/vg_${deviceId}/brick_${brickId}/brick`,
  };
}

function expectSound(observed: DeviceObservation, name: string): void {
  expect(observed.totalKiB).toBeGreaterThan(10 * GIB);
  expect(observed.totalKiB % observed.extentSizeKiB).toBe(0);
  expect(observed.freeKiB % observed.extentSizeKiB).toBe(0);
  expect(observed.freeKiB).toBeLessThanOrEqual(observed.totalKiB);
  expect(observed.pvUuid).toMatch(/^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$/);
  expect(observed.paths).toContain(name);
}
