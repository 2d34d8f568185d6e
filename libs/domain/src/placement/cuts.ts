import { bricksPerSet } from '../volume/brick-sets.js';
import type { Durability } from '../volume/events.js';
import { brickSetShape } from './brick-set-shape.js';
import { type BrickCut, brickSizes } from './brick-sizes.js';
import type { FillRequest } from './fill-brick-sets.js';
import type { PlacementSettings } from './settings.js';
import type { PlacementRules } from './volume-options.js';

/** What is to be placed in one cluster: a new volume, or what an expansion adds. */
export interface PlacementRequest {
  readonly sizeGiB: number;
  readonly durability: Durability;
  readonly snapshotFactor: number;
  readonly glusterVolumeOptions: readonly string[];
  /** Bricks that the volume has already. */
  readonly existingBricks: number;
}

export interface PermittedCuts {
  /** The ways to cut the volume that the limits allow, in the order in which they are tried. */
  readonly cuts: readonly BrickCut[];
  /** The first one that would make too many bricks; null where bricks would become too small before. */
  readonly tooMany: BrickCut | null;
}

export function permittedCuts(request: PlacementRequest, settings: PlacementSettings): PermittedCuts {
  const cuts: BrickCut[] = [];
  for (const cut of brickSizes(request.durability, request.sizeGiB, settings)) {
    if (bricksWith(request, cut.sets) > settings.maxBricksPerVolume) return { cuts, tooMany: cut };
    cuts.push(cut);
  }
  return { cuts, tooMany: null };
}

/** How many bricks the volume has with so many new sets. */
export function bricksWith({ durability, existingBricks }: PlacementRequest, sets: number): number {
  return sets * bricksPerSet(durability) + existingBricks;
}

/**
 * What is asked of the devices, all bricks of a cut at once.
 * @throws DomainError where files are said to be larger than a brick
 */
export function bricksOf(
  { durability, snapshotFactor }: PlacementRequest,
  cut: BrickCut,
  rules: PlacementRules,
): Omit<FillRequest, 'candidates'> {
  const shape = brickSetShape(durability, cut.brickSizeKiB, rules);
  return { sets: cut.sets, shape, strictZones: rules.strictZones, snapshotFactor };
}
