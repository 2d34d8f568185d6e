import type {
  BrickReservation,
  ClusterState,
  Contents,
  DeviceState,
  NodeState,
  OperationKind,
  OperationState,
  StateOf,
  StreamKind,
  SubjectKind,
  VolumeState,
} from '#domain';
import type { Attribution } from '#kernel';

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

/** All of a cluster, what is being added, created or deleted included. Each list is in id order. */
export interface ClusterContents {
  readonly cluster: ClusterState;
  readonly nodes: readonly NodeState[];
  readonly devices: readonly DeviceState[];
  readonly volumes: readonly { readonly volume: VolumeState; readonly version: number }[];
  /** Reservations included, also of volumes that are gone. */
  readonly bricks: readonly BrickReservation[];
  /** Those that have not reached their end. */
  readonly operations: readonly OperationState[];
}

/** Volumes of a node or device are those with bricks on it. What a kind of object cannot hold is empty. */
export interface Occupants {
  readonly nodes: Contents;
  readonly devices: Contents;
  readonly volumes: Contents;
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
  /** Unfinished operations. Those that have ended only ever grow in number: counting them is a counter's business. */
  readonly operations: readonly { readonly kind: OperationKind; readonly status: string; readonly count: number }[];
  /** Lanes in which operations wait for the one before them, and how many do in the longest of them. */
  readonly lanes: { readonly waiting: number; readonly longest: number };
}

/** The operation that another one waits for, and the resource that both want. */
export interface LaneWait {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly status: string;
  readonly resource: string;
}

/** Which operations are wanted; what is left out does not matter, all that is given must hold. */
export interface OperationFilter {
  /** `unfinished`: accepted, running or compensating. */
  readonly status?: Exclude<OperationState['status'], 'none'> | 'unfinished';
  readonly kind?: OperationKind;
  readonly subject?: { readonly kind: SubjectKind; readonly id: string };
  readonly clusterId?: string;
  /** Who asked for it. */
  readonly actor?: string;
  readonly issuer?: string;
}

/** The place of an operation in a list; those that were accepted in the same millisecond are in the order of their ids. */
export interface OperationPlace {
  readonly acceptedAt: string;
  readonly operationId: string;
}

/** Newest first. */
export interface OperationPage {
  readonly entries: readonly OperationEntry[];
  /** Where to go on; null: that was all. A page may be short, or empty, and not be the last. */
  readonly next: OperationPlace | null;
}

/** An operation with what the log says about it. */
export interface OperationEntry {
  readonly operation: OperationState;
  readonly acceptedAt: Date;
  /** When a worker first began with it; null: none has. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Of a cleanup it is the worker that found it necessary. */
  readonly requestedBy: Pick<Attribution, 'actor' | 'issuer' | 'requestId'>;
  /** The unfinished operation whose turn is before; null where it waits for none. */
  readonly waitsFor: LaneWait | null;
  /** The volume, of an unfinished operation on one. */
  readonly volume: VolumeState | null;
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
  /** A cluster with everything in it, as of one moment. Large: for checks, not for requests. */
  clusterContents(id: string): Promise<ClusterContents | null>;
  /** Null while the node is being added. */
  node(id: string): Promise<NodeView | null>;
  /** Null while the device is being added. */
  device(id: string): Promise<DeviceView | null>;
  /** Ids of all volumes that are not being created or deleted, in byte order. */
  volumeIds(): Promise<string[]>;
  /** Null while the volume is being created or deleted. */
  volume(id: string): Promise<VolumeView | null>;
  operation(id: string): Promise<OperationState | null>;
  /** Nodes and devices of a cluster, those being added or deleted left out, whatever their admin state; ordered by id. */
  clusterNodes(clusterId: string): Promise<NodeWithDevices[]>;
  /** Nodes that may be peers of a cluster: as clusterNodes, with those being deleted, which are members until that is done. */
  clusterMembers(clusterId: string): Promise<NodeState[]>;
  /** The node that has a hostname already, else null. Manage and storage names are separate namespaces. */
  hostnameOwner(kind: 'manage' | 'storage', name: string): Promise<string | null>;
  volumeNameTaken(clusterId: string, name: string): Promise<boolean>;
  /** What is in a cluster, node or device and would be in the way of its removal, those in flight included. */
  occupants(kind: 'cluster' | 'node' | 'device', id: string): Promise<Occupants>;
  /** All volumes of a cluster, those in flight included. */
  volumeCount(clusterId: string): Promise<number>;
  /**
   * Operations that have not reached their end, in order of acceptance, at most `limit`.
   * @param after the last operation of the page before
   */
  unfinishedOperations(limit: number, after?: string): Promise<UnfinishedOperation[]>;
  /**
   * Those of the operations whose turn it is: unfinished, and no operation that was accepted before and is unfinished wants
   * one of their resources. It stays their turn until they have ended. Nobody waits for a cleanup.
   */
  mayStart(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What an unfinished operation waits for whose turn it is not: the first in one of its lanes; else null. */
  waitsBehind(id: string): Promise<LaneWait | null>;
  /** The operations whose turn it is in the lanes of these resources, at most one per lane, cleanups left out. */
  nextInLanes(resources: readonly string[]): Promise<string[]>;
  /** What a new operation with these resources would wait for: unfinished ones in its lanes, in their order, at most `limit`. */
  aheadInLanes(resources: readonly string[], limit: number): Promise<LaneWait[]>;
  /** How many operations clients have in flight, counted no further than `limit`. What the system started itself is left out. */
  inFlightCount(limit: number): Promise<number>;
  /** The unfinished operation that this issuer has begun by a request with this digest, the oldest; null for none. */
  operationInFlight(requestedBy: string, requestDigest: string): Promise<string | null>;
  /** One page of the operations that a filter wants, as long as it takes no longer than a short time. */
  operations(filter: OperationFilter, after: OperationPlace | null, limit: number): Promise<OperationPage>;
  operationEntry(id: string): Promise<OperationEntry | null>;
  /** The statuses of many operations in one question, for those who wait for them; unknown ids are left out. */
  operationStatuses(ids: readonly string[]): Promise<ReadonlyMap<string, OperationState['status']>>;
  /** Any object as it stands, those being added, created or deleted included; null where there is none. */
  state<K extends StreamKind>(kind: K, id: string): Promise<StateOf<K> | null>;
  metrics(): Promise<MetricsView>;
}
