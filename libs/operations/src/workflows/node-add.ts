import type { NodeState, OperationState } from '#domain';
import { DomainError } from '#kernel';
import { NodeUnreachableError } from '#storage-nodes';
import { addressById, memberIds, onAnyNode } from './support/node-access.js';
import { forgetNode } from './support/forget-node.js';
import { nodeChange } from './support/subject-changes.js';
import type { Phase, StepContext, Workflow } from './workflow.js';

/** Asks the new node for its glusterd (and so learns its host key), then makes it a peer of the others. */
export const nodeAdd: Workflow = {
  kind: 'node-add',
  outline: { connect: 'connect', peer: 'peer' },

  async plan({ subjectId, clusterId }, view) {
    return [connect(subjectId), peer(subjectId, clusterId, await memberIds(view, clusterId))];
  },

  async succeed({ operationId, subjectId, clusterId }, tx) {
    await tx.lockCluster(clusterId);
    await tx.append([await nodeChange(tx, subjectId, { type: 'FinishNodeAdd', operationId })]);
    return `/nodes/${subjectId}`;
  },

  async fail({ operationId, subjectId }, reason, tx) {
    await tx.append([await nodeChange(tx, subjectId, { type: 'FailNodeAdd', operationId, reason })]);
  },
};

function connect(nodeId: string): Phase {
  return {
    name: 'connect',
    steps: [
      {
        name: 'connect',
        // Questions change nothing, whenever they are answered.
        reach: [],
        ensure: async ({ nodes, load, call }) => {
          const node = await addressById(load, nodeId);
          if (!(await nodes.glusterdRunning(node, call))) {
            throw new DomainError('refused', "New Node doesn't have glusterd running");
          }
          return { hadPeers: await nodes.hasPeers(node, call) };
        },
        undo: async (context) => {
          await forgetNode(context, nodeId);
        },
      },
    ],
  };
}

/** Whether the host was in a trusted pool before this operation began. */
function hadPeers({ steps }: OperationState): boolean {
  const observed = steps['connect']?.observed;
  return typeof observed === 'object' && observed !== null && 'hadPeers' in observed && observed['hadPeers'] === true;
}

/** The other members of the cluster, online ones first. Those that wait for their deletion are peers until it is their turn. */
export async function otherMembers(context: StepContext, clusterId: string, nodeId: string): Promise<NodeState[]> {
  const members = await context.queries.clusterMembers(clusterId);
  const rank = ({ status, state }: NodeState): number => (status === 'active' ? 0 : 2) + (state === 'online' ? 0 : 1);
  return members.filter((node) => node.nodeId !== nodeId).sort((a, b) => rank(a) - rank(b));
}

function peer(nodeId: string, clusterId: string, reach: readonly string[]): Phase {
  return {
    name: 'peer',
    steps: [
      {
        name: 'peer',
        reach,
        // The first two nodes of a cluster may be added at once: whoever goes on asks again who the others are.
        everyRun: true,
        ensure: async (context) => {
          const { nodes, load, call } = context;
          const others = await otherMembers(context, clusterId, nodeId);
          if (others.length === 0) return { via: null };
          const { storageHost } = await addressById(load, nodeId);
          try {
            return await onAnyNode(others, async (via) => {
              await nodes.ensurePeer(via, storageHost, call);
              return { via: via.manageHost };
            });
          } catch (error) {
            if (!(error instanceof NodeUnreachableError) || error.sent) throw error;
            // Heketi's words first, then what each of them said.
            const text = `None of the nodes in cluster has glusterd running\n${error.message}`;
            throw new NodeUnreachableError(text, error.node, false);
          }
        },
        undo: async (context) => {
          const { nodes, load, call } = context;
          const others = await otherMembers(context, clusterId, nodeId);
          const { storageHost } = await addressById(load, nodeId);
          const taken = others.some((node) => node.storageHostnames.includes(storageHost));
          // A host that was in the pool before, or has been added again since, stays in it.
          if (others.length === 0 || taken || hadPeers(context.operation)) return;
          await onAnyNode(others, (via) => nodes.removePeer(via, storageHost, call));
        },
      },
    ],
  };
}
