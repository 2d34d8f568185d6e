import { type Decider, DomainError } from '#kernel';
import { alreadyExists, notFound } from '../refusals.js';
import type { ClusterEvent, ClusterFlags } from './events.js';
import { evolveCluster } from './evolve.js';
import { type ClusterState, noCluster } from './state.js';

export type ClusterCommand =
  | ({ readonly type: 'CreateCluster'; readonly clusterId: string } & ClusterFlags)
  | ({ readonly type: 'ChangeClusterFlags' } & ClusterFlags)
  /** `hasNodes` and `hasVolumes` count everything that is not deleted: objects in the making too. */
  | { readonly type: 'DeleteCluster'; readonly hasNodes: boolean; readonly hasVolumes: boolean };

function decide(command: ClusterCommand, state: ClusterState): readonly ClusterEvent[] {
  if (command.type === 'CreateCluster') {
    if (state.status !== 'none') throw alreadyExists();
    const { clusterId, file, block } = command;
    return [{ type: 'ClusterCreated', data: { clusterId, file, block } }];
  }
  if (state.status !== 'active') throw notFound();
  switch (command.type) {
    case 'ChangeClusterFlags': {
      const { file, block } = command;
      if (file === state.file && block === state.block) return [];
      return [{ type: 'ClusterFlagsChanged', data: { file, block } }];
    }
    case 'DeleteCluster':
      refuseUnlessEmpty(state, command);
      return [{ type: 'ClusterDeleted', data: {} }];
  }
}

function refuseUnlessEmpty(
  state: ClusterState,
  contents: { readonly hasNodes: boolean; readonly hasVolumes: boolean },
): void {
  if (!contents.hasNodes && !contents.hasVolumes) return;
  throw new DomainError(
    'conflict',
    `Unable to delete cluster [${state.clusterId}] because it contains volumes and/or nodes`,
    [
      ...(contents.hasVolumes ? [{ rule: 'no-volumes', detail: 'the cluster has volumes: delete them first' }] : []),
      ...(contents.hasNodes ? [{ rule: 'no-nodes', detail: 'the cluster has nodes: delete them first' }] : []),
    ],
  );
}

export const clusterDecider: Decider<ClusterState, ClusterCommand, ClusterEvent> = {
  initial: noCluster,
  decide,
  evolve: evolveCluster,
};
