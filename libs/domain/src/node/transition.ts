import { DomainError } from '#kernel';
import { remedy } from '../refusals.js';
import type { AdminState, NodeEvent } from './events.js';

/**
 * What a request to change a node's state leads to; nothing where it has that state already. `failed` is final for a node,
 * and is set after its devices have been emptied.
 * @throws DomainError for a transition that Heketi reports through its queue
 */
export function decideNodeState(nodeId: string, from: AdminState, to: AdminState): readonly NodeEvent[] {
  if (from === to) return [];
  if (from === 'failed') {
    throw new DomainError('refused', `Cannot move a failed/removed node to ${to} state`, [
      { rule: 'state', detail: `node ${nodeId} is failed, which is final`, values: { nodeId, state: from } },
      remedy('state', 'delete the node, and add it again'),
    ]);
  }
  if (to === 'failed' && from === 'online') {
    throw new DomainError('refused', `Node must be offline before remove operation is performed, node:${nodeId}`, [
      { rule: 'state', detail: `node ${nodeId} is online`, values: { nodeId, state: from } },
      remedy('state', 'set it offline first, then failed'),
    ]);
  }
  return [{ type: 'NodeStateChanged', data: { state: to } }];
}
