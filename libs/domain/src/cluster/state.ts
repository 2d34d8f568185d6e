import type { ClusterFlags } from './events.js';

export interface ClusterState extends ClusterFlags {
  readonly clusterId: string;
  readonly status: 'none' | 'active' | 'deleted';
}

export const noCluster: ClusterState = { clusterId: '', status: 'none', file: false, block: false };
