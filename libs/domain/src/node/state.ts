import type { AdminState, NodeDescription, PinnedHostKey } from './events.js';

export interface NodeState extends NodeDescription {
  /** `adding` and `deleting` while an operation works on the node; a node that is being added is not listed. */
  readonly status: 'none' | 'adding' | 'active' | 'deleting' | 'deleted';
  readonly state: AdminState;
  /** The operation that holds the node, else null. */
  readonly operationId: string | null;
  readonly hostKey: PinnedHostKey | null;
}

export const noNode: NodeState = {
  nodeId: '',
  clusterId: '',
  zone: 0,
  manageHostnames: [],
  storageHostnames: [],
  tags: {},
  status: 'none',
  state: 'online',
  operationId: null,
  hostKey: null,
};
