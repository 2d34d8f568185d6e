import { pendingExpansions, type BrickSets, type NodeState, type VolumeState } from '#domain';
import type { GlusterVolume, NodeAddress, VolumeSpec } from '#storage-nodes';
import type { StepContext, WorkflowView } from '../workflow.js';
import { AloneError, memberIds, onAnyNode } from './node-access.js';

/** The nodes that may be asked about a volume, the best first: online ones with its bricks, other online ones, the rest. */
async function nodesFor(context: StepContext, volume: VolumeState): Promise<NodeState[]> {
  const members = await context.queries.clusterNodes(volume.clusterId);
  const nodes = members.map((member) => member.node);
  const withBricks = [...new Set(volume.brickSets.flat().map((brick) => brick.nodeId))];
  const rank = (node: NodeState): number => {
    const place = withBricks.indexOf(node.nodeId);
    if (node.state !== 'online') return Number.MAX_SAFE_INTEGER;
    return place === -1 ? withBricks.length : place;
  };
  return nodes.sort((a, b) => rank(a) - rank(b));
}

/** Every node to which a command about a volume may be sent: the members of its cluster, and those with its bricks. */
export async function reachOf(view: WorkflowView, volume: VolumeState): Promise<string[]> {
  const members = await memberIds(view, volume.clusterId);
  const bricks = [volume, ...pendingExpansions(volume)].flatMap(({ brickSets }) => brickSets.flat());
  return [...new Set([...members, ...bricks.map((brick) => brick.nodeId)])];
}

/** Runs Gluster commands about a volume on a node that is up. @param absent see onAnyNode */
export async function onVolume<T>(
  context: StepContext,
  volume: VolumeState,
  work: (via: NodeAddress, first: boolean) => Promise<T>,
  absent?: T,
): Promise<T> {
  return onAnyNode(await nodesFor(context, volume), work, absent);
}

/**
 * The volume as Gluster knows it; null for none.
 * @throws AloneError where this glusterd cannot know: another one has to be asked
 */
export async function lookAt(
  { nodes, call }: StepContext,
  via: NodeAddress,
  { name }: VolumeState,
): Promise<GlusterVolume | null> {
  const found = await nodes.volumeInfo(via, name, call);
  if (found === null && !(await nodes.hasPeers(via, call))) throw new AloneError(via);
  return found;
}

/** Undoes something in a volume, where Gluster has it. That a node which is alone does not know it says nothing. */
export async function undoInVolume(
  context: StepContext,
  volume: VolumeState,
  undo: (via: NodeAddress) => Promise<void>,
): Promise<void> {
  const undone = async (via: NodeAddress): Promise<true> => {
    if ((await lookAt(context, via, volume)) !== null) await undo(via);
    return true;
  };
  await onVolume(context, volume, undone, true);
}

/** The volume as Gluster is given it, with the brick sets asked for. */
export async function volumeSpec(context: StepContext, volume: VolumeState, brickSets: BrickSets): Promise<VolumeSpec> {
  const ids = [...new Set(brickSets.flat().map((brick) => brick.nodeId))];
  const hosts = new Map(
    await Promise.all(ids.map(async (id) => [id, (await context.load('node', id)).storageHostnames[0]] as const)),
  );
  const sets = brickSets.map((bricks) =>
    bricks.map((brick) => {
      const storageHost = hosts.get(brick.nodeId);
      if (storageHost === undefined) throw new Error(`node ${brick.nodeId} has no storage hostname`);
      return { storageHost, path: brick.path };
    }),
  );
  const options = volume.glusterVolumeOptions.filter((option) => option.trim() !== '');
  return { name: volume.name, volumeId: volume.volumeId, durability: volume.durability, options, brickSets: sets };
}
