import type { DomainEvent } from '#kernel';
import type { BrickReservation } from '../device/events.js';

/** How a volume survives the loss of bricks, defaults already filled in. */
export type Durability =
  | { readonly type: 'none' }
  | { readonly type: 'replicate'; readonly replica: number }
  | { readonly type: 'disperse'; readonly data: number; readonly redundancy: number };

/** The numbers that the client sent, whatever the type: Heketi answers with them. */
export interface DurabilityAsSent {
  readonly replica: number;
  readonly data: number;
  readonly redundancy: number;
}

export interface Snapshot {
  readonly enable: boolean;
  /** 1 where snapshots are off; a float32, as Heketi keeps it. */
  readonly factor: number;
}

export interface VolumeDescription {
  readonly volumeId: string;
  readonly clusterId: string;
  readonly name: string;
  readonly sizeGiB: number;
  readonly durability: Durability;
  readonly durabilityAsSent: DurabilityAsSent;
  readonly gid: number;
  /** The whole list as Heketi returns it, with the empty elements that its splitting leaves. */
  readonly glusterVolumeOptions: readonly string[];
  readonly block: boolean;
  readonly snapshot: Snapshot;
}

/** Brick sets in Gluster's order; inside a set the order is Gluster's too. */
export type BrickSets = readonly (readonly BrickReservation[])[];

export type VolumeEvent =
  | DomainEvent<
      'VolumeCreateAccepted',
      VolumeDescription & { readonly operationId: string; readonly brickSets: BrickSets }
    >
  | DomainEvent<'VolumeCreated', { readonly operationId: string }>
  | DomainEvent<'VolumeCreateFailed', { readonly operationId: string; readonly reason: string }>
  | DomainEvent<
      'VolumeExpandAccepted',
      { readonly operationId: string; readonly addGiB: number; readonly brickSets: BrickSets }
    >
  | DomainEvent<'VolumeExpanded', { readonly operationId: string }>
  | DomainEvent<'VolumeExpandFailed', { readonly operationId: string; readonly reason: string }>
  | DomainEvent<'VolumeDeleteAccepted', { readonly operationId: string }>
  | DomainEvent<'VolumeDeleted', { readonly operationId: string }>
  | DomainEvent<'VolumeDeleteFailed', { readonly operationId: string; readonly reason: string }>;
