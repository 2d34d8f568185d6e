import type { BrickReservation, ClusterState, DeviceState, NodeState, StateOf } from '#domain';

/** What can be asked for as it was: everything that has a state but operations, whose streams are their own history. */
export const objectKinds = ['cluster', 'node', 'device', 'volume'] as const;
export type ObjectKind = (typeof objectKinds)[number];

/** A piece of a list in id order. */
export interface ObjectPage<State> {
  readonly states: readonly State[];
  /** The id to go on after; null where the list has ended. A page may be short, even empty, before that. */
  readonly next: string | null;
}

/** All clusters, nodes and devices as of one moment, each list in id order. */
export interface TopologyStates {
  readonly clusters: readonly ClusterState[];
  readonly nodes: readonly NodeState[];
  readonly devices: readonly DeviceState[];
}

/** Objects as of one moment, what is being added, created or deleted included: the present, or a place in the log. */
export interface Objects {
  /** Null where it does not exist at that moment. */
  get<K extends ObjectKind>(kind: K, id: string): Promise<StateOf<K> | null>;
  /** At most `limit` of those that exist, after an id (null: from the first). */
  page<K extends ObjectKind>(kind: K, after: string | null, limit: number): Promise<ObjectPage<StateOf<K>>>;
  topology(): Promise<TopologyStates>;
  /** The bricks of a device, reservations included, as `page` has objects; none where there is no such device. */
  bricks(deviceId: string, after: string | null, limit: number): Promise<ObjectPage<BrickReservation>>;
}
