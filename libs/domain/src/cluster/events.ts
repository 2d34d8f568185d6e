import type { DomainEvent } from '#kernel';

/** Which kinds of volumes a cluster takes. */
export interface ClusterFlags {
  readonly file: boolean;
  readonly block: boolean;
}

export type ClusterEvent =
  | DomainEvent<'ClusterCreated', ClusterFlags & { readonly clusterId: string }>
  | DomainEvent<'ClusterFlagsChanged', ClusterFlags>
  | DomainEvent<'ClusterDeleted', Record<string, never>>;
