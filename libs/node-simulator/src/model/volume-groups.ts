import type { BlockDevice, NodeState, ThinPool, VolumeGroup } from './world.js';

export function findVolumeGroup(node: NodeState, name: string): VolumeGroup | undefined {
  return node.volumeGroups.find((group) => group.name === name);
}

export function groupOfDevice(node: NodeState, device: BlockDevice): VolumeGroup | undefined {
  return node.volumeGroups.find((group) => group.devicePaths.includes(device.path));
}

export function usedExtents(group: VolumeGroup): number {
  return group.thinPools.reduce(
    (sum, pool) => sum + pool.dataExtents + pool.metadataExtents,
    group.spareMetadataExtents,
  );
}

export function freeExtents(group: VolumeGroup): number {
  return group.extentCount - usedExtents(group);
}

export function extentsFor(group: VolumeGroup, sizeKiB: number): number {
  return Math.ceil(sizeKiB / group.extentKiB);
}

export function thinCount(group: VolumeGroup, poolName: string): number {
  return group.thinVolumes.filter((volume) => volume.poolName === poolName).length;
}

/** How far the spare has to grow: LVM keeps one per group, as large as the largest pool metadata, and never shrinks it. */
export function spareGrowth(group: VolumeGroup, metadataExtents: number): number {
  return Math.max(0, metadataExtents - group.spareMetadataExtents);
}

export function addThinPool(group: VolumeGroup, pool: ThinPool): void {
  group.spareMetadataExtents += spareGrowth(group, pool.metadataExtents);
  group.thinPools.push(pool);
}

/** The spare goes with the last pool. */
export function dropThinPool(group: VolumeGroup, poolName: string): void {
  group.thinVolumes = group.thinVolumes.filter((volume) => volume.poolName !== poolName);
  group.thinPools = group.thinPools.filter((pool) => pool.name !== poolName);
  if (group.thinPools.length === 0) group.spareMetadataExtents = 0;
}

export function hasLogicalVolume(group: VolumeGroup, name: string): boolean {
  return group.thinPools.some((pool) => pool.name === name) || group.thinVolumes.some((volume) => volume.name === name);
}
