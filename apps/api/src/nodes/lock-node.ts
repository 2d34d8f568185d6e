import { type NodeState, requireNode } from '#domain';
import type { Loaded } from '#read-model';
import type { Work } from '../changes/changes.js';

/**
 * A node, held together with its cluster: the cluster first, always, so that nobody waits in a circle.
 * @throws DomainError `Id not found`
 */
export async function lockNode({ tx, queries }: Work, nodeId: string): Promise<Loaded<NodeState>> {
  const found = await queries.state('node', nodeId);
  if (found !== null) await tx.lockCluster(found.clusterId);
  const node = await tx.load('node', nodeId, { lock: true });
  requireNode(node.state);
  return node;
}
