import { gibToKib } from '#kernel';
import type { Durability } from '../volume/events.js';
import type { PlacementLimits } from './settings.js';

/** A way to cut a volume: so many brick sets, every data brick of this size. */
export interface BrickCut {
  readonly sets: number;
  readonly brickSizeKiB: number;
}

/**
 * The ways to cut a volume, from the fewest and largest bricks on: 1, 2, 4, 8 ... sets. Cuts with bricks above the maximum
 * are passed over; the series ends before bricks would fall below the minimum.
 */
export function* brickSizes(
  durability: Durability,
  sizeGiB: number,
  limits: PlacementLimits,
): Generator<BrickCut, void> {
  const minKiB = Math.max(gibToKib(limits.brickMinGiB), 1);
  const maxKiB = gibToKib(limits.brickMaxGiB);
  for (let sets = 1; ; sets *= 2) {
    const { brickSizeKiB } = cutInto(durability, sizeGiB, sets);
    if (brickSizeKiB < minKiB) return;
    if (brickSizeKiB <= maxKiB) yield { sets, brickSizeKiB };
  }
}

/** A volume cut into so many sets, whatever the limits say. */
export function cutInto(durability: Durability, sizeGiB: number, sets: number): BrickCut {
  return { sets, brickSizeKiB: Math.floor(Math.floor(gibToKib(sizeGiB) / sets) / dataBricksPerSet(durability)) };
}

/** The smallest volume that a durability allows, in KiB. */
export function minimumVolumeSizeKiB(durability: Durability, limits: PlacementLimits): number {
  return gibToKib(limits.brickMinGiB) * dataBricksPerSet(durability);
}

/** How many bricks of a set share its data; the others hold copies or redundancy. */
export function dataBricksPerSet(durability: Durability): number {
  return durability.type === 'disperse' ? durability.data : 1;
}
