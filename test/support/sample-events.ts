import type {
  BrickReservation,
  ClusterEvent,
  DeviceDescription,
  DeviceEvent,
  DeviceObservation,
  NodeDescription,
  NodeEvent,
  OperationDescription,
  OperationEvent,
  VolumeDescription,
  VolumeEvent,
} from '#domain';

/** Events as the domain would decide them, with what a test does not care about filled in. */

export const EXTENT_KIB = 4096;

export function clusterCreated(clusterId: string): ClusterEvent {
  return { type: 'ClusterCreated', data: { clusterId, file: true, block: true } };
}

export function nodeAdded(nodeId: string, clusterId: string, given: Partial<NodeDescription> = {}): NodeEvent[] {
  return [nodeAddAccepted(nodeId, clusterId, given), { type: 'NodeAdded', data: { operationId: `op-${nodeId}` } }];
}

export function nodeAddAccepted(nodeId: string, clusterId: string, given: Partial<NodeDescription> = {}): NodeEvent {
  const description: NodeDescription = {
    nodeId,
    clusterId,
    zone: 1,
    manageHostnames: [`manage-${nodeId}`],
    storageHostnames: [`storage-${nodeId}`],
    tags: {},
    ...given,
  };
  return { type: 'NodeAddAccepted', data: { ...description, operationId: `op-${nodeId}` } };
}

export function nodeDeleted(nodeId: string): NodeEvent[] {
  const operationId = `op-delete-${nodeId}`;
  return [
    { type: 'NodeDeleteAccepted', data: { operationId } },
    { type: 'NodeDeleted', data: { operationId } },
  ];
}

export function deviceAdded(
  deviceId: string,
  nodeId: string,
  clusterId: string,
  totalKiB = 1024 * EXTENT_KIB,
): DeviceEvent[] {
  const operationId = `op-${deviceId}`;
  const description: DeviceDescription = {
    deviceId,
    nodeId,
    clusterId,
    name: `/dev/${deviceId}`,
    tags: {},
    destroyData: false,
  };
  return [
    { type: 'DeviceAddAccepted', data: { ...description, operationId } },
    { type: 'DeviceAdded', data: { ...deviceObserved(deviceId, totalKiB), operationId } },
  ];
}

export function deviceObserved(deviceId: string, totalKiB: number): DeviceObservation {
  return {
    totalKiB,
    freeKiB: totalKiB,
    extentSizeKiB: EXTENT_KIB,
    pvUuid: `pv-${deviceId}`,
    paths: [`/dev/${deviceId}`],
  };
}

/** A brick that costs its device one extent for the pool and one for the pool's metadata, more with `extents`. */
export function brick(
  brickId: string,
  place: { readonly volumeId: string; readonly deviceId: string; readonly nodeId: string },
  extents = 1,
): BrickReservation {
  return {
    brickId,
    ...place,
    sizeKiB: extents * EXTENT_KIB,
    thinPoolKiB: extents * EXTENT_KIB,
    poolMetadataKiB: EXTENT_KIB,
    path: `/mnt/vg_${place.deviceId}/brick_${brickId}/brick`,
  };
}

export function volumeCreateAccepted(
  volumeId: string,
  clusterId: string,
  bricks: readonly BrickReservation[],
  given: Partial<VolumeDescription> = {},
): VolumeEvent {
  const description: VolumeDescription = {
    volumeId,
    clusterId,
    name: `vol_${volumeId}`,
    sizeGiB: 1,
    durability: { type: 'none' },
    durabilityAsSent: { replica: 0, data: 0, redundancy: 0 },
    gid: 0,
    glusterVolumeOptions: ['', ''],
    block: false,
    snapshot: { enable: false, factor: 1 },
    ...given,
  };
  return {
    type: 'VolumeCreateAccepted',
    data: { ...description, operationId: `op-${volumeId}`, brickSets: bricks.map((one) => [one]) },
  };
}

export function volumeCreated(volumeId: string): VolumeEvent {
  return { type: 'VolumeCreated', data: { operationId: `op-${volumeId}` } };
}

export function volumeDeleted(volumeId: string): VolumeEvent[] {
  const operationId = `op-delete-${volumeId}`;
  return [
    { type: 'VolumeDeleteAccepted', data: { operationId } },
    { type: 'VolumeDeleted', data: { operationId } },
  ];
}

export function operationAccepted(
  operationId: string,
  clusterId: string,
  given: Partial<OperationDescription> = {},
): OperationEvent {
  return {
    type: 'OperationAccepted',
    data: {
      operationId,
      kind: 'volume-create',
      subjectKind: 'volume',
      subjectId: `subject-of-${operationId}`,
      clusterId,
      requestedBy: 'admin',
      resources: [],
      payload: {},
      ...given,
    },
  };
}
