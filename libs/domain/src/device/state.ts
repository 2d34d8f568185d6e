import type { AdminState } from '../node/events.js';
import type { DeviceDescription } from './events.js';

export interface DeviceState extends DeviceDescription {
  readonly status: 'none' | 'adding' | 'active' | 'deleting' | 'deleted';
  readonly state: AdminState;
  readonly operationId: string | null;
  /** free + used = total, and used = the sum over the bricks of thinPoolKiB + poolMetadataKiB, reservations included. */
  readonly totalKiB: number;
  readonly freeKiB: number;
  readonly usedKiB: number;
  readonly extentSizeKiB: number;
  readonly brickCount: number;
  readonly pvUuid: string;
  readonly paths: readonly string[];
}

export const noDevice: DeviceState = {
  deviceId: '',
  nodeId: '',
  clusterId: '',
  name: '',
  tags: {},
  destroyData: false,
  status: 'none',
  state: 'online',
  operationId: null,
  totalKiB: 0,
  freeKiB: 0,
  usedKiB: 0,
  extentSizeKiB: 4096,
  brickCount: 0,
  pvUuid: '',
  paths: [],
};
