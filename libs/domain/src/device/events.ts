import type { DomainEvent } from '#kernel';
import type { AdminState, Tags } from '../node/events.js';

export interface DeviceDescription {
  readonly deviceId: string;
  readonly nodeId: string;
  readonly clusterId: string;
  /** The path given when it was added, such as /dev/sdb. */
  readonly name: string;
  readonly tags: Tags;
  readonly destroyData: boolean;
}

/** What LVM says of a device; sizes are of the volume group, PV metadata already excluded. */
export interface DeviceObservation {
  readonly totalKiB: number;
  readonly freeKiB: number;
  readonly extentSizeKiB: number;
  readonly pvUuid: string;
  readonly paths: readonly string[];
}

/** The space and names of one brick. The thin pool and its metadata are what the device pays. */
export interface BrickReservation {
  readonly brickId: string;
  readonly volumeId: string;
  readonly deviceId: string;
  readonly nodeId: string;
  /** Usable size: the thin LV's virtual size. */
  readonly sizeKiB: number;
  readonly thinPoolKiB: number;
  readonly poolMetadataKiB: number;
  /** The folder that Gluster is given. */
  readonly path: string;
}

export type DeviceEvent =
  | DomainEvent<'DeviceAddAccepted', DeviceDescription & { readonly operationId: string }>
  | DomainEvent<'DeviceAdded', DeviceObservation & { readonly operationId: string }>
  | DomainEvent<'DeviceAddFailed', { readonly operationId: string; readonly reason: string }>
  | DomainEvent<'DeviceStateChanged', { readonly state: AdminState }>
  | DomainEvent<'DeviceTagsChanged', { readonly tags: Tags }>
  | DomainEvent<'DeviceResynced', DeviceObservation>
  | DomainEvent<'BrickReserved', BrickReservation>
  | DomainEvent<'BrickReleased', BrickReservation>
  | DomainEvent<'DeviceDeleteAccepted', { readonly operationId: string; readonly forceForget: boolean }>
  | DomainEvent<'DeviceDeleted', { readonly operationId: string }>
  | DomainEvent<'DeviceDeleteFailed', { readonly operationId: string; readonly reason: string }>;
