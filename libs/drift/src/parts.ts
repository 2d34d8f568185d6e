import type { Sql } from '#kernel';
import type { Queries } from '#read-model';
import type { NodeSettings, StorageNodes } from '#storage-nodes';

export interface DriftScope {
  /** Only this cluster. */
  readonly clusterId?: string;
  /** Only this node; what its glusterd sees of others is left out of the comparison where it needs them. */
  readonly nodeId?: string;
}

export interface DriftParts {
  readonly queries: Pick<Queries, 'clusterIds' | 'clusterContents'>;
  /** For the history of what is not in the read model any more. */
  readonly sql: Sql;
  readonly nodes: Pick<StorageNodes, 'inspect'>;
  /** What the nodes are run with: mount options and fstab are part of the remedies. */
  readonly settings?: NodeSettings;
  readonly scope?: DriftScope;
  /** Nodes that are looked at at the same time. Default 16. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

export interface UninspectedNode {
  readonly nodeId: string;
  readonly host: string;
  readonly reason: string;
}
