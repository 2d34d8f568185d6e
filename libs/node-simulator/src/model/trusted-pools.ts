import { folderAt } from './paths.js';
import type { GlusterVolume, NodeState, PoolMember, TrustedPool, WorldState } from './world.js';

export function poolOf(world: WorldState, node: NodeState): TrustedPool {
  const pool = world.pools.find(({ members }) => members.some(({ peerUuid }) => peerUuid === node.peerUuid));
  if (pool === undefined) throw new Error(`${node.name} is in no trusted pool`);
  return pool;
}

export function nodeByHost(world: WorldState, host: string): NodeState | undefined {
  return world.nodes.find(({ storageHost, manageHost, name }) => [storageHost, manageHost, name].includes(host));
}

export function nodeOfMember(world: WorldState, member: PoolMember): NodeState {
  const node = world.nodes.find(({ peerUuid }) => peerUuid === member.peerUuid);
  if (node === undefined) throw new Error(`no node has the peer uuid ${member.peerUuid}`);
  return node;
}

/** The member of the pool that a host name stands for. */
export function memberByHost(world: WorldState, pool: TrustedPool, host: string): PoolMember | undefined {
  const uuid = nodeByHost(world, host)?.peerUuid;
  return pool.members.find((member) => member.peerUuid === uuid);
}

/** Whether two glusterds can talk; a node always reaches itself. */
export function connected(from: NodeState, to: NodeState): boolean {
  return from === to || (from.reachable && to.reachable && to.glusterdRunning);
}

export function findVolume(pool: TrustedPool, name: string): GlusterVolume | undefined {
  return pool.volumes.find((volume) => volume.name === name);
}

/** Takes every member of the other pool in; the other pool is gone then. */
export function joinPool(world: WorldState, pool: TrustedPool, other: TrustedPool): void {
  pool.members.push(...other.members);
  world.pools = world.pools.filter((each) => each !== other);
}

/** The member is alone again, in a pool without volumes. */
export function leavePool(world: WorldState, pool: TrustedPool, member: PoolMember): void {
  pool.members = pool.members.filter((each) => each !== member);
  world.pools.push({ members: [member], volumes: [] });
}

/** Whether a running brick process holds a file under `path` on the node: it does not run on a folder without the volume's mark. */
export function heldByBrickProcess(world: WorldState, node: NodeState, path: string): boolean {
  return poolOf(world, node).volumes.some(
    (volume) =>
      volume.started &&
      volume.bricks.some(
        (brick) =>
          brick.path.startsWith(`${path}/`) &&
          nodeByHost(world, brick.host) === node &&
          folderAt(node, brick.path)?.volumeId === volume.id,
      ),
  );
}
