import type { BrickReservation, DeviceDescription, DeviceObservation } from '../device/events.js';
import type { NodeDescription } from '../node/events.js';
import type { VolumeDescription } from '../volume/events.js';

/** Ids with a readable start, in the form that every id has. */
export function sampleId(name: string): string {
  return Buffer.from(name).toString('hex').slice(0, 32).padEnd(32, '0');
}

export const sampleNode: NodeDescription = {
  nodeId: sampleId('node1'),
  clusterId: sampleId('cluster'),
  zone: 1,
  manageHostnames: ['node1.manage'],
  storageHostnames: ['10.0.0.1'],
  tags: { rack: 'a' },
};

export const sampleDevice: DeviceDescription = {
  deviceId: sampleId('device1'),
  nodeId: sampleNode.nodeId,
  clusterId: sampleNode.clusterId,
  name: '/dev/sdb',
  tags: {},
  destroyData: false,
};

export const sampleObservation: DeviceObservation = {
  totalKiB: 104_857_600,
  freeKiB: 104_857_600,
  extentSizeKiB: 4096,
  pvUuid: 'SAMPLE-pv-uuid',
  paths: ['/dev/sdb'],
};

/** A brick of 10 GiB on the sample device, or elsewhere. */
export function sampleBrick(name: string, place: Partial<BrickReservation> = {}): BrickReservation {
  return {
    brickId: sampleId(name),
    volumeId: sampleId('volume'),
    deviceId: sampleDevice.deviceId,
    nodeId: sampleNode.nodeId,
    sizeKiB: 10_485_760,
    thinPoolKiB: 10_485_760,
    poolMetadataKiB: 53_248,
    path: `/var/lib/heketi/mounts/vg_${sampleDevice.deviceId}/brick_${sampleId(name)}/brick`,
    ...place,
  };
}

/** A brick set with its bricks on as many nodes as it has bricks. */
export function sampleBrickSet(bricks: number, name = 'brick'): readonly BrickReservation[] {
  return Array.from({ length: bricks }, (_, index) =>
    sampleBrick(`${name}${index.toString()}`, {
      nodeId: sampleId(`node${index.toString()}`),
      deviceId: sampleId(`device${index.toString()}`),
    }),
  );
}

export const sampleVolume: VolumeDescription = {
  volumeId: sampleId('volume'),
  clusterId: sampleNode.clusterId,
  name: 'vol_sample',
  sizeGiB: 10,
  durability: { type: 'replicate', replica: 3 },
  durabilityAsSent: { replica: 3, data: 0, redundancy: 0 },
  gid: 0,
  glusterVolumeOptions: ['', ''],
  block: false,
  snapshot: { enable: false, factor: 1 },
};
