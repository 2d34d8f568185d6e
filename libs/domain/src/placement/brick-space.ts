import { roundUp } from '#kernel';

/** What one brick costs its device. */
export interface BrickSpace {
  readonly thinPoolKiB: number;
  readonly poolMetadataKiB: number;
  readonly totalKiB: number;
}

/** 16 GiB: the most that LVM can use for the metadata of one thin pool. */
const maxPoolMetadataKiB = 16_777_216;
/** Half a percent, Heketi's rule of thumb: chunks of 256 KiB and some room for snapshots. */
const poolMetadataShare = 0.005;

/**
 * The space that a brick takes: its thin pool (`snapshotFactor` times the brick) and the pool's metadata, both in whole
 * extents. The factor is used as the float32 that Heketi stores: 1.3 is 1.2999999523 there, and a client can tell.
 */
export function brickSpace(sizeKiB: number, snapshotFactor: number, extentSizeKiB: number): BrickSpace {
  const thinPoolKiB = roundUp(Math.floor(sizeKiB * Math.fround(snapshotFactor)), extentSizeKiB);
  const metadataKiB = Math.min(Math.floor(thinPoolKiB * poolMetadataShare), maxPoolMetadataKiB);
  const poolMetadataKiB = roundUp(metadataKiB, extentSizeKiB);
  return { thinPoolKiB, poolMetadataKiB, totalKiB: thinPoolKiB + poolMetadataKiB };
}
