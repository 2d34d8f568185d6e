import { folderAt, folderExists, mountAt, parentOf, placeOf } from '../../model/paths.js';
import { connected } from '../../model/trusted-pools.js';
import type { GlusterBrick, NodeState, VolumeLayout } from '../../model/world.js';
import { newFolder } from '../../model/world.js';
import { brickText, setSize } from '../../model/volume-layout.js';
import { failed, nodeOfBrick, stageError, type GlusterContext } from './gluster-command.js';

/** What glusterd checks of new bricks before volume create and add-brick. `what` begins the error text. */
export function checkNewBricks(
  context: GlusterContext,
  what: string,
  layout: VolumeLayout,
  bricks: readonly GlusterBrick[],
  force: boolean,
): void {
  const nodes = bricks.map((brick) => requireConnected(context, what, brick));
  if (!force) refuseSharedServers(what, layout, nodes);
  bricks.forEach((brick, index) => {
    const node = nodes[index] ?? context.node;
    if (overlapsVolume(context, node, brick)) {
      failed(
        what,
        `Brick: ${brickText(brick)} not available. Brick may be containing or be contained by an existing brick.`,
      );
    }
    const why = objection(node, brick, force);
    if (why !== null) failed(what, stageError(context, node, brick.host, why));
    if (bricks.findIndex((other) => brickText(other) === brickText(brick)) !== index) {
      failed(what, `Found duplicate exports ${brickText(brick)}`);
    }
  });
}

/** The commit: each brick's folder gets the volume's id, which stays on it when the volume goes. */
export function claimBricks(context: GlusterContext, bricks: readonly GlusterBrick[], volumeId: string): void {
  for (const brick of bricks) {
    const node = nodeOfBrick(context, brick);
    if (node === undefined) continue;
    if (!folderExists(node, brick.path)) {
      const place = placeOf(node, brick.path);
      place.folders.push(newFolder(place.inner));
    }
    const folder = folderAt(node, brick.path);
    if (folder !== undefined) folder.volumeId = volumeId;
  }
}

function requireConnected(context: GlusterContext, what: string, brick: GlusterBrick): NodeState {
  const node = nodeOfBrick(context, brick);
  if (node === undefined) return failed(what, `Host ${brick.host} is not in 'Peer in Cluster' state`);
  if (!connected(context.node, node)) return failed(what, `Host ${brick.host} not connected`);
  return node;
}

function refuseSharedServers(what: string, layout: VolumeLayout, nodes: readonly NodeState[]): void {
  if (layout.kind === 'distribute') return;
  const size = setSize(layout);
  for (let start = 0; start < nodes.length; start += size) {
    const set = nodes.slice(start, start + size);
    if (new Set(set).size < set.length) {
      failed(
        what,
        `Multiple bricks of a ${layout.kind} volume are present on the same server. This setup is not optimal. ` +
          'Bricks should be on different nodes to have best fault tolerant configuration. ' +
          "Use 'force' at the end of the command if you want to override this behavior. ",
      );
    }
  }
}

/** Any glusterd knows the bricks of all volumes, so the one that is asked says it. */
function overlapsVolume(context: GlusterContext, node: NodeState, brick: GlusterBrick): boolean {
  const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);
  return context.pool.volumes
    .flatMap((volume) => volume.bricks)
    .filter((other) => nodeOfBrick(context, other) === node)
    .some((other) => within(other.path, brick.path) || within(brick.path, other.path));
}

/** Why this folder cannot be a brick, as the glusterd of its own node says it; null: it can. */
function objection(node: NodeState, brick: GlusterBrick, force: boolean): string | null {
  const text = brickText(brick);
  if (!folderExists(node, parentOf(brick.path))) {
    return `Failed to create brick directory for brick ${text}. Reason : No such file or directory `;
  }
  const overridable = " Or use 'force' at the end of the command if you want to override this behavior.";
  if (!force && mountAt(node, brick.path) !== undefined) {
    return (
      `The brick ${text} is a mount point. Please create a sub-directory under the mount point ` +
      `and use that as the brick directory.${overridable}`
    );
  }
  if (!force && placeOf(node, brick.path).mount === null) {
    return (
      `The brick ${text} is being created in the root partition. ` +
      `It is recommended that you don't use the system's root partition for storage backend.${overridable}`
    );
  }
  const claimed = !force && (folderAt(node, brick.path)?.volumeId ?? null) !== null;
  return claimed ? `${brick.path} is already part of a volume` : null;
}
