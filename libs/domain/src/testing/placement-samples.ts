import { gibToKib } from '#kernel';
import type { PlacementDevice, PlacementNode } from '../placement/candidates.js';

/** An online device without tags. */
export function placementDevice(
  deviceId: string,
  freeGiB: number,
  changes: Partial<PlacementDevice> = {},
): PlacementDevice {
  const freeKiB = gibToKib(freeGiB);
  return { deviceId, freeKiB, totalKiB: freeKiB, extentSizeKiB: 4096, state: 'online', tags: {}, ...changes };
}

/** An online node without tags, its devices given by their free GiB: node `n1` has devices `n1d0`, `n1d1` ... */
export function placementNode(
  nodeId: string,
  zone: number,
  freeGiB: readonly number[],
  changes: Partial<PlacementNode> = {},
): PlacementNode {
  const devices = freeGiB.map((free, index) => placementDevice(`${nodeId}d${index.toString()}`, free));
  return { nodeId, zone, state: 'online', tags: {}, devices, ...changes };
}

/** As many nodes as there are zones, `n0` on, each with the same devices. */
export function placementNodes(zones: readonly number[], freeGiB: readonly number[]): readonly PlacementNode[] {
  return zones.map((zone, index) => placementNode(`n${index.toString()}`, zone, freeGiB));
}

/** Brick ids in order: b0, b1 ... */
export function countingIds(): () => string {
  let next = 0;
  return () => `b${(next++).toString()}`;
}
