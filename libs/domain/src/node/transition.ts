import { DomainError } from '#kernel';
import type { AdminState, NodeEvent } from './events.js';

/**
 * What a request to change a node's state leads to; nothing where it has that state already. `failed` is final for a node,
 * and is set after its devices have been emptied.
 * @throws DomainError for a transition that Heketi reports through its queue
 */
export function decideNodeState(nodeId: string, from: AdminState, to: AdminState): readonly NodeEvent[] {
  if (from === to) return [];
  if (from === 'failed') throw new DomainError('refused', `Cannot move a failed/removed node to ${to} state`);
  if (to === 'failed' && from === 'online') {
    throw new DomainError('refused', `Node must be offline before remove operation is performed, node:${nodeId}`);
  }
  return [{ type: 'NodeStateChanged', data: { state: to } }];
}
