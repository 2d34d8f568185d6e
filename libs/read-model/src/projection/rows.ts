import type {
  BrickReservation,
  ClusterState,
  DeviceState,
  NodeState,
  OperationState,
  StateOf,
  StreamKind,
  VolumeState,
} from '#domain';

/** What every row of an object has; `version` is the version of its stream. */
interface ObjectRow<State> {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly doc: State;
}

export type HostnameKind = 'manage' | 'storage';

/** The rows of the read model, named and spelt as their tables and columns are. */
export interface Rows {
  readonly cluster: ObjectRow<ClusterState>;
  readonly node: ObjectRow<NodeState> & { readonly cluster_id: string };
  readonly device: ObjectRow<DeviceState> & { readonly node_id: string; readonly cluster_id: string };
  readonly volume: ObjectRow<VolumeState> & { readonly cluster_id: string; readonly name: string };
  readonly operation: ObjectRow<OperationState> & {
    readonly cluster_id: string;
    readonly kind: string;
    readonly subject_kind: string;
    readonly subject_id: string;
    /** ISO 8601; null where the acceptance is not among the events at hand, the row keeps what it has then. */
    readonly accepted_at: string | null;
    readonly request_digest: string | null;
  };
  readonly brick: {
    readonly id: string;
    readonly device_id: string;
    readonly node_id: string;
    readonly volume_id: string;
    readonly doc: BrickReservation;
  };
  readonly hostname: { readonly kind: HostnameKind; readonly name: string; readonly node_id: string };
}

export type TableName = keyof Rows;

/**
 * What identifies a row that is to go. It names the owner besides the primary key where a key can pass from one stream to
 * another: a node that leaves must not take the name that a newer node has by now.
 */
export interface RowKeys {
  readonly cluster: { readonly id: string };
  readonly node: { readonly id: string };
  readonly device: { readonly id: string };
  readonly volume: { readonly id: string };
  readonly operation: { readonly id: string };
  readonly brick: { readonly id: string; readonly device_id: string };
  readonly hostname: Rows['hostname'];
}

/** One row to write or to remove. */
export type RowChange = {
  [T in TableName]:
    | { readonly table: T; readonly op: 'upsert'; readonly row: Rows[T] }
    | { readonly table: T; readonly op: 'delete'; readonly key: RowKeys[T] };
}[TableName];

/** The row of an object: its state and what it is looked up by. */
export const objectRows: {
  readonly [K in StreamKind]: (base: ObjectRow<StateOf<K>>, acceptedAt: Date | null) => RowChange;
} = {
  cluster: (base) => ({ table: 'cluster', op: 'upsert', row: base }),
  node: (base) => ({ table: 'node', op: 'upsert', row: { ...base, cluster_id: base.doc.clusterId } }),
  device: (base) => ({
    table: 'device',
    op: 'upsert',
    row: { ...base, node_id: base.doc.nodeId, cluster_id: base.doc.clusterId },
  }),
  volume: (base) => ({
    table: 'volume',
    op: 'upsert',
    row: { ...base, cluster_id: base.doc.clusterId, name: base.doc.name },
  }),
  operation: (base, acceptedAt) => ({
    table: 'operation',
    op: 'upsert',
    row: {
      ...base,
      cluster_id: base.doc.clusterId,
      kind: base.doc.kind,
      subject_kind: base.doc.subjectKind,
      subject_id: base.doc.subjectId,
      accepted_at: acceptedAt?.toISOString() ?? null,
      request_digest: base.doc.requestDigest ?? null,
    },
  }),
};
