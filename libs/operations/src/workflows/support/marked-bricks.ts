import type { BrickSets } from '#domain';
import { NodeCommandError, type NodeAddress, type VolumeSpec } from '#storage-nodes';
import type { StepContext } from '../workflow.js';
import { addressById } from './node-access.js';

const MARKED = /is already part of a volume/i;

export interface NewBricks {
  readonly brickSets: BrickSets;
  readonly gid: number;
  /** The same bricks, in the same order, as Gluster is given them. */
  readonly spec: VolumeSpec;
}

/**
 * Gives Gluster bricks that this operation has made. Gluster marks them before it writes down that it has them: cut off in
 * between it refuses them from then on, although no volume has them. They are empty, so they are made anew.
 * @param fresh nobody can have given them to Gluster before: a mark is somebody else's then
 */
export async function givingBricks(
  context: StepContext,
  via: NodeAddress,
  bricks: NewBricks,
  fresh: boolean,
  give: () => Promise<void>,
): Promise<void> {
  try {
    await give();
  } catch (error) {
    if (fresh || !(error instanceof NodeCommandError && MARKED.test(error.message))) throw error;
    // A node that is away may still be giving them.
    context.requireQuiet();
    await renew(context, via, bricks);
    await give();
  }
}

async function renew(context: StepContext, via: NodeAddress, { brickSets, gid, spec }: NewBricks): Promise<void> {
  const { nodes, load, call } = context;
  const found = await nodes.volumeInfo(via, spec.name, call);
  const given = new Set(found?.bricks);
  const names = spec.brickSets.flat().map(({ storageHost, path }) => `${storageHost}:${path}`);
  const unused = brickSets.flat().filter((_brick, index) => !given.has(names[index] ?? ''));
  for (const brick of unused) {
    const node = await addressById(load, brick.nodeId);
    await nodes.removeBrick(node, brick, call);
    await nodes.ensureBrick(node, { ...brick, gid }, { fresh: false }, call);
  }
}
