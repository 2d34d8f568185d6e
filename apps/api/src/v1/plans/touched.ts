import { type BrickSets, deviceDecider, isArbiterVolume, type VolumeDescription } from '#domain';
import { fold } from '#kernel';
import type { NodeWithDevices } from '#read-model';

/** What becomes of brick sets: they are made, or go. */
export type Fate = 'reserved' | 'released';

/** Bricks with their places, and each of their devices before and after. */
export function touchedBy(
  brickSets: BrickSets,
  fate: Fate,
  volume: Pick<VolumeDescription, 'durability' | 'glusterVolumeOptions'>,
  members: readonly NodeWithDevices[],
) {
  const zones = new Map(members.map(({ node }) => [node.nodeId, node.zone]));
  const withArbiter = isArbiterVolume(volume.durability, volume.glusterVolumeOptions);
  const bricks = brickSets.map((set) =>
    set.map(({ nodeId, deviceId, sizeKiB, thinPoolKiB, poolMetadataKiB }, position) => ({
      nodeId,
      zone: zones.get(nodeId) ?? 0,
      deviceId,
      role: withArbiter && position === 2 ? ('arbiter' as const) : ('data' as const),
      sizeKiB,
      thinPoolKiB,
      poolMetadataKiB,
      totalKiB: thinPoolKiB + poolMetadataKiB,
    })),
  );
  return { brickSets: bricks, devices: devicesOf(brickSets, fate, members) };
}

function devicesOf(brickSets: BrickSets, fate: Fate, members: readonly NodeWithDevices[]) {
  const all = brickSets.flat();
  const type = fate === 'reserved' ? 'ReserveBricks' : 'ReleaseBricks';
  return members.flatMap(({ node, devices }) =>
    devices.flatMap(({ device }) => {
      const bricks = all.filter(({ deviceId }) => deviceId === device.deviceId);
      if (bricks.length === 0) return [];
      const after = fold(deviceDecider.evolve, device, deviceDecider.decide({ type, bricks }, device));
      const { deviceId, totalKiB, freeKiB } = device;
      const { nodeId, zone } = node;
      return [{ deviceId, nodeId, zone, totalKiB, freeBeforeKiB: freeKiB, freeAfterKiB: after.freeKiB }];
    }),
  );
}
