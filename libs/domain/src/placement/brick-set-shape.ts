import { DomainError } from '#kernel';
import { bricksPerSet } from '../volume/brick-sets.js';
import type { Durability } from '../volume/events.js';
import type { PlacementRules } from './volume-options.js';

/** One brick of a set: how large, and whether it holds data or only names. */
export interface BrickShape {
  readonly sizeKiB: number;
  readonly role: 'data' | 'arbiter';
}

/** 16 MiB: XFS makes no smaller filesystem. */
const minArbiterSizeKiB = 16_384;

/**
 * The bricks of one set in Gluster's order; the arbiter is the third. An arbiter brick has room for as many files of the
 * average size as a data brick has.
 * @throws DomainError where files are said to be larger than a brick
 */
export function brickSetShape(
  durability: Durability,
  brickSizeKiB: number,
  rules: PlacementRules,
): readonly BrickShape[] {
  const bricks = Array.from({ length: bricksPerSet(durability) }, (): BrickShape => ({
    sizeKiB: brickSizeKiB,
    role: 'data',
  }));
  if (rules.arbiter === null) return bricks;
  const { averageFileSizeKiB } = rules.arbiter;
  if (brickSizeKiB < averageFileSizeKiB) {
    throw new DomainError(
      'refused',
      `Average file size (${averageFileSizeKiB}) is greater than Brick size (${brickSizeKiB})`,
      [
        {
          rule: 'average-file-size',
          detail: `an arbiter brick is sized by files of ${averageFileSizeKiB} KiB, and a data brick would have ${brickSizeKiB} KiB only: set user.heketi.average-file-size, or ask for a larger volume`,
          values: { averageFileSizeKiB, brickSizeKiB },
        },
      ],
    );
  }
  const sizeKiB = Math.max(Math.floor(brickSizeKiB / averageFileSizeKiB), minArbiterSizeKiB);
  return bricks.with(2, { sizeKiB, role: 'arbiter' });
}
