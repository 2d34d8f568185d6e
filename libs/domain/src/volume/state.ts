import type { BrickSets, VolumeDescription } from './events.js';

/** What an expansion adds, once it has ended well. */
interface Growth {
  readonly addGiB: number;
  readonly brickSets: BrickSets;
}

/** An expansion that was accepted and has not ended; its bricks are reserved. */
export interface PendingExpansion extends Growth {
  readonly operationId: string;
}

export interface VolumeState extends VolumeDescription {
  readonly status: 'none' | 'creating' | 'active' | 'expanding' | 'deleting' | 'deleted';
  /** The operation that holds the volume, of several expansions the oldest; else null. */
  readonly operationId: string | null;
  readonly brickSets: BrickSets;
  /** What the oldest pending expansion adds; null where none is pending. */
  readonly expansion: Growth | null;
  /** The expansions behind it, in the order of their acceptance. Missing where there are none, as in states from before there were. */
  readonly laterExpansions?: readonly PendingExpansion[];
}

/** All expansions that have not ended, in the order of their acceptance. */
export function pendingExpansions({ operationId, expansion, laterExpansions = [] }: VolumeState): PendingExpansion[] {
  return expansion === null || operationId === null
    ? [...laterExpansions]
    : [{ operationId, ...expansion }, ...laterExpansions];
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
