import type { BrickReservation, ClusterState, DeviceState, NodeState, OperationState, VolumeState } from '#domain';

/** A device with the bricks on it, reservations in flight included. Bricks are sorted by id. */
export interface DeviceView {
  readonly device: DeviceState;
  readonly bricks: readonly BrickReservation[];
}

export interface NodeView {
  readonly node: NodeState;
  /** Sorted by device id; devices that are still being added are left out. */
  readonly devices: readonly DeviceView[];
}

export interface ClusterView {
  readonly cluster: ClusterState;
  /** Ids in byte order; nodes being added are left out, as are volumes being created or deleted. */
  readonly nodeIds: readonly string[];
  readonly volumeIds: readonly string[];
}

export interface VolumeView {
  readonly volume: VolumeState;
  /** Sorted by brick id, those of a running expansion included. */
  readonly bricks: readonly BrickReservation[];
  /** First storage hostname of every node of the cluster, in node id order. */
  readonly hosts: readonly string[];
}

/** One node of a cluster as placement sees it. */
export interface NodeWithDevices {
  readonly node: NodeState;
  readonly devices: readonly { readonly device: DeviceState; readonly version: number }[];
}

export interface MetricsView {
  readonly clusters: readonly {
    readonly clusterId: string;
    readonly volumeCount: number;
    readonly nodes: readonly { readonly node: NodeState; readonly devices: readonly DeviceState[] }[];
  }[];
  /** Operations by status. */
  readonly operations: Readonly<Record<string, number>>;
}

/** An operation that has not reached its end, as the reconciler needs it. */
export interface UnfinishedOperation {
  readonly operationId: string;
  readonly resources: readonly string[];
  readonly attempt: number;
  readonly acceptedAt: Date;
}

/** The questions that the API asks. Every answer is as of the last committed transaction, on every replica. */
export interface Queries {
  clusterIds(): Promise<string[]>;
  cluster(id: string): Promise<ClusterView | null>;
  node(id: string): Promise<NodeView | null>;
  device(id: string): Promise<DeviceView | null>;
  /** Ids of all volumes that are not being created or deleted, in byte order. */
  volumeIds(): Promise<string[]>;
  volume(id: string): Promise<VolumeView | null>;
  operation(id: string): Promise<OperationState | null>;
  /** Nodes and devices of a cluster, those being added or deleted left out; ordered by id. */
  clusterNodes(clusterId: string): Promise<NodeWithDevices[]>;
  /** The node that has a hostname already, else null. Manage and storage names are separate namespaces. */
  hostnameOwner(kind: 'manage' | 'storage', name: string): Promise<string | null>;
  volumeNameTaken(clusterId: string, name: string): Promise<boolean>;
  /** All volumes of a cluster, those in flight included. */
  volumeCount(clusterId: string): Promise<number>;
  /** Operations that have not reached their end, in order of acceptance, at most `limit`. */
  unfinishedOperations(limit: number): Promise<UnfinishedOperation[]>;
  metrics(): Promise<MetricsView>;
}
