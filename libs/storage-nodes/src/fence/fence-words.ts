import { checkedEpoch, checkedLeaseKey, checkedWord } from '../guards.js';
import type { Fence, NodeAddress } from '../storage-nodes.js';

/**
 * What the script is told of the caller: whose node it is, where that is known, and the epochs of the caller's leases.
 * @throws DomainError for anything that could be read as something else
 */
export function fenceWords(node: NodeAddress, fence: Fence, installationId: string | undefined): readonly string[] {
  const owner =
    installationId === undefined
      ? []
      : [
          '--installation',
          checkedWord('installation id', installationId),
          '--node',
          checkedWord('node id', node.nodeId),
        ];
  const epochs = Object.entries(fence.epochs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, epoch]) => `${checkedLeaseKey(key)}=${checkedEpoch(epoch)}`);
  return [...owner, ...epochs];
}
