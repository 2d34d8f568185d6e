import type { BrickSets, Durability } from './events.js';

/** How many bricks make one brick set. */
export function bricksPerSet(durability: Durability): number {
  switch (durability.type) {
    case 'none':
      return 1;
    case 'replicate':
      return durability.replica;
    case 'disperse':
      return durability.data + durability.redundancy;
  }
}

/**
 * Guards what a volume stands on, whoever placed its bricks: whole brick sets, and no two bricks of a set on one node.
 * @throws Error: a volume that broke these rules would lose data with one node
 */
export function requireSoundBrickSets(brickSets: BrickSets, durability: Durability): void {
  const size = bricksPerSet(durability);
  if (brickSets.length === 0) throw new Error('a volume needs at least one brick set');
  for (const bricks of brickSets) {
    if (bricks.length !== size) throw new Error(`a brick set has ${bricks.length} bricks instead of ${size}`);
    if (new Set(bricks.map((brick) => brick.nodeId)).size !== size) {
      throw new Error('two bricks of a brick set are on one node');
    }
  }
}
