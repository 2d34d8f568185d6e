import type { NodeEvent } from './events.js';
import type { NodeState } from './state.js';

/** Folds one event of a node into its state. A node whose addition failed ends like a deleted one. */
export function evolveNode(state: NodeState, event: NodeEvent): NodeState {
  switch (event.type) {
    case 'NodeAddAccepted': {
      const { nodeId, clusterId, zone, manageHostnames, storageHostnames, tags, operationId } = event.data;
      return {
        nodeId,
        clusterId,
        zone,
        manageHostnames,
        storageHostnames,
        tags,
        status: 'adding',
        state: 'online',
        operationId,
        hostKey: null,
      };
    }
    case 'NodeAdded':
    case 'NodeDeleteFailed':
      return { ...state, status: 'active', operationId: null };
    case 'NodeAddFailed':
    case 'NodeDeleted':
      return { ...state, status: 'deleted', operationId: null };
    case 'NodeHostKeyPinned': {
      const { algorithm, publicKey, fingerprint } = event.data;
      return { ...state, hostKey: { algorithm, publicKey, fingerprint } };
    }
    case 'NodeStateChanged':
      return { ...state, state: event.data.state };
    case 'NodeTagsChanged':
      return { ...state, tags: event.data.tags };
    case 'NodeDeleteAccepted':
      return { ...state, status: 'deleting', operationId: event.data.operationId };
  }
}
