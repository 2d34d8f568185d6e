import { brickText, OWNER_KEY } from '../commands/gluster.js';
import { NodeCommandError, type GlusterBrick, type GlusterVolume, type VolumeSpec } from '../storage-nodes.js';

type BrickSet = readonly GlusterBrick[];

/** Groups of at most `size`, in order. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Sets of which the volume has no brick. @throws Error where it has only a part of one: Gluster takes whole sets */
export function missingSets(sets: readonly BrickSet[], volume: GlusterVolume, node: string): readonly BrickSet[] {
  const there = new Set(volume.bricks);
  return sets.filter((set) => {
    const count = set.filter((brick) => there.has(brickText(brick))).length;
    if (count > 0 && count < set.length) {
      const text = `volume ${volume.name} has ${count} of the ${set.length} bricks of a set that starts with ${set.map(brickText)[0] ?? ''}`;
      throw new NodeCommandError(text, node, `gluster volume info ${volume.name}`, 0);
    }
    return count === 0;
  });
}

/** Sets of which the volume has bricks, only those. */
export function presentSets(sets: readonly BrickSet[], volume: GlusterVolume): readonly BrickSet[] {
  const there = new Set(volume.bricks);
  return sets.map((set) => set.filter((brick) => there.has(brickText(brick)))).filter((set) => set.length > 0);
}

/**
 * Whether a volume that Gluster knows is the one that is meant. One without an owner was not finished: it is ours if all its
 * bricks are, since brick paths hold ids that nobody else makes.
 */
export function isOurs(volume: GlusterVolume, spec: VolumeSpec): boolean {
  const owner = volume.options[OWNER_KEY];
  if (owner !== undefined) {
    return owner === spec.volumeId;
  }
  const ours = new Set(spec.brickSets.flat().map(brickText));
  return volume.bricks.every((brick) => ours.has(brick));
}
