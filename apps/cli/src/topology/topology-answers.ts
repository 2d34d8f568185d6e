/** The moment that an answer is about: the last event that counts. */
export interface Moment {
  readonly position: string;
  readonly time: string;
}

interface Member {
  readonly id: string;
  readonly status: string;
}

export interface Cluster extends Member {
  readonly file: boolean;
  readonly block: boolean;
}

export interface Node extends Member {
  readonly state: string;
  readonly zone: number;
  readonly manageHostnames: readonly string[];
}

export interface Device extends Member {
  readonly nodeId: string;
  readonly state: string;
  readonly name: string;
  readonly totalKiB: number;
  readonly freeKiB: number;
  readonly brickCount: number;
}

export interface Volume extends Member {
  readonly name: string;
  readonly sizeGiB: number;
}

export interface Topology {
  readonly clusters: readonly (Cluster & {
    readonly nodes: readonly (Node & { readonly devices: readonly Device[] })[];
  })[];
  /** Null: the present. */
  readonly asOf: Moment | null;
}

export interface KindDiff<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly {
    readonly id: string;
    readonly fields: readonly string[];
    readonly before: T;
    readonly after: T;
  }[];
}

export interface TopologyDiff {
  readonly from: Moment;
  readonly to: Moment;
  readonly clusters: KindDiff<Cluster>;
  readonly nodes: KindDiff<Node>;
  readonly devices: KindDiff<Device>;
  readonly volumes: KindDiff<Volume>;
}
