import type { ClusterEvent } from './events.js';
import type { ClusterState } from './state.js';

/** Folds one event of a cluster into its state. */
export function evolveCluster(state: ClusterState, event: ClusterEvent): ClusterState {
  switch (event.type) {
    case 'ClusterCreated':
      return { clusterId: event.data.clusterId, status: 'active', file: event.data.file, block: event.data.block };
    case 'ClusterFlagsChanged':
      return { ...state, file: event.data.file, block: event.data.block };
    case 'ClusterDeleted':
      return { ...state, status: 'deleted' };
  }
}
