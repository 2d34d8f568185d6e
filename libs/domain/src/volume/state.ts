import type { BrickSets, VolumeDescription } from './events.js';

export interface VolumeState extends VolumeDescription {
  readonly status: 'none' | 'creating' | 'active' | 'expanding' | 'deleting' | 'deleted';
  /** The operation that holds the volume, else null. */
  readonly operationId: string | null;
  readonly brickSets: BrickSets;
  /** What the running expansion adds; null where none runs. */
  readonly expansion: { readonly addGiB: number; readonly brickSets: BrickSets } | null;
}

export const noVolume: VolumeState = {
  volumeId: '',
  clusterId: '',
  name: '',
  sizeGiB: 0,
  durability: { type: 'none' },
  durabilityAsSent: { replica: 0, data: 0, redundancy: 0 },
  gid: 0,
  glusterVolumeOptions: [],
  block: false,
  snapshot: { enable: false, factor: 1 },
  status: 'none',
  operationId: null,
  brickSets: [],
  expansion: null,
};
