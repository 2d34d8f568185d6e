import type { NodeAddress } from '#storage-nodes';
import { otherMembers } from './node-add.js';
import { forgetNode } from './support/forget-node.js';
import { AloneError, addressById, memberIds, onAnyNode } from './support/node-access.js';
import { nodeChange } from './support/subject-changes.js';
import type { Phase, StepContext, Workflow } from './workflow.js';

/** Drops the peer through another member. Where that fails the node stays, and stays a peer. */
export const nodeDelete: Workflow = {
  kind: 'node-delete',
  outline: { detach: 'detach', forget: 'forget' },
  noWayBackFrom: 'forget',

  async plan({ subjectId, clusterId }, view) {
    return [detach(subjectId, clusterId, await memberIds(view, clusterId)), forget(subjectId)];
  },

  async succeed({ operationId, subjectId, clusterId }, tx) {
    await tx.lockCluster(clusterId);
    await tx.append([await nodeChange(tx, subjectId, { type: 'FinishNodeDelete', operationId })]);
    return null;
  },

  async fail({ operationId, subjectId }, reason, tx) {
    await tx.append([await nodeChange(tx, subjectId, { type: 'FailNodeDelete', operationId, reason })]);
  },
};

function forget(nodeId: string): Phase {
  return {
    name: 'forget',
    pointOfNoReturn: 'owe',
    steps: [
      {
        name: 'forget',
        reach: [],
        // Whoever has taken the node over since has left the mark again.
        everyRun: true,
        ensure: (context) => forgetNode(context, nodeId),
        undo: () => Promise.resolve(),
      },
    ],
  };
}

function detach(nodeId: string, clusterId: string, reach: readonly string[]): Phase {
  return {
    name: 'detach',
    steps: [
      {
        name: 'detach',
        reach,
        ensure: async (context) => {
          const { nodes, load, call } = context;
          const others = await otherMembers(context, clusterId, nodeId);
          if (others.length === 0) return { via: null };
          const { storageHost } = await addressById(load, nodeId);
          const drop = async (via: NodeAddress): Promise<{ via: string | null }> => {
            if (!(await nodes.hasPeers(via, call))) throw new AloneError(via);
            await nodes.removePeer(via, storageHost, call);
            return { via: via.manageHost };
          };
          return onAnyNode(others, drop, { via: null });
        },
        // A detach whose answer was lost may have worked: the node stays ours, so it has to be a peer again.
        undo: async (context) => {
          const { nodes, load, call } = context;
          const others = await otherMembers(context, clusterId, nodeId);
          // Where this is done late the node may have been deleted after all, or be about to.
          if (others.length === 0 || (context.late && !(await stays(context, clusterId, nodeId)))) return;
          const { storageHost } = await addressById(load, nodeId);
          await onAnyNode(others, (via) => nodes.ensurePeer(via, storageHost, call));
        },
      },
    ],
  };
}

async function stays({ queries }: StepContext, clusterId: string, nodeId: string): Promise<boolean> {
  return (await queries.clusterNodes(clusterId)).some(({ node }) => node.nodeId === nodeId);
}
