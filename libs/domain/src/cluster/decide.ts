import { type Decider, DomainError } from '#kernel';
import { alreadyExists, contentReasons, type Contents, notFound, remedy } from '../refusals.js';
import type { ClusterEvent, ClusterFlags } from './events.js';
import { evolveCluster } from './evolve.js';
import { type ClusterState, noCluster } from './state.js';

export type ClusterCommand =
  | ({ readonly type: 'CreateCluster'; readonly clusterId: string } & ClusterFlags)
  | ({ readonly type: 'ChangeClusterFlags' } & ClusterFlags)
  /** Everything in it that is not deleted: objects in the making too. */
  | { readonly type: 'DeleteCluster'; readonly nodes: Contents; readonly volumes: Contents };

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
  { nodes, volumes }: { readonly nodes: Contents; readonly volumes: Contents },
): void {
  if (nodes.count + volumes.count === 0) return;
  throw new DomainError(
    'conflict',
    `Unable to delete cluster [${state.clusterId}] because it contains volumes and/or nodes`,
    [
      ...contentReasons('no-volumes', 'the cluster has', 'volume', volumes),
      ...contentReasons('no-nodes', 'the cluster has', 'node', nodes),
      remedy('empty', 'delete what is in it first: volumes, then devices, then nodes'),
    ],
  );
}

export const clusterDecider: Decider<ClusterState, ClusterCommand, ClusterEvent> = {
  initial: noCluster,
  decide,
  evolve: evolveCluster,
};
