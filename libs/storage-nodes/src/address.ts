import type { NodeState } from '#domain';
import type { NodeAddress } from './storage-nodes.js';

/** How a node is reached: only the first hostname of each kind counts. */
export function addressOf(node: NodeState): NodeAddress {
  const [manageHost] = node.manageHostnames;
  const [storageHost] = node.storageHostnames;
  if (manageHost === undefined || storageHost === undefined) throw new Error(`node ${node.nodeId} has no hostnames`);
  const { nodeId, clusterId, hostKey } = node;
  return { nodeId, manageHost, storageHost, hostKey, clusterId };
}
