import type { BrickReservation, DeviceEvent, DeviceObservation } from './events.js';
import type { DeviceState } from './state.js';

/** Folds one event of a device into its state. @throws Error where the log would make free or used space negative */
export function evolveDevice(state: DeviceState, event: DeviceEvent): DeviceState {
  switch (event.type) {
    case 'DeviceAddAccepted':
      return accepted(state, event.data);
    case 'DeviceAdded':
      return { ...measured(state, event.data), status: 'active', operationId: null };
    case 'DeviceAddFailed':
    case 'DeviceDeleted':
      return { ...state, status: 'deleted', operationId: null };
    case 'DeviceStateChanged':
      return { ...state, state: event.data.state };
    case 'DeviceTagsChanged':
      return { ...state, tags: event.data.tags };
    case 'DeviceResynced':
      return measured(state, event.data);
    case 'BrickReserved':
      return charged(state, brickFootprintKiB(event.data), 1);
    case 'BrickReleased':
      return charged(state, -brickFootprintKiB(event.data), -1);
    case 'DeviceDeleteAccepted':
      return { ...state, status: 'deleting', operationId: event.data.operationId };
    case 'DeviceDeleteFailed':
      return { ...state, status: 'active', operationId: null };
  }
}

/** What a brick costs its device, in KiB: the thin pool and the pool's metadata, as they were stored with it. */
export function brickFootprintKiB(brick: Pick<BrickReservation, 'thinPoolKiB' | 'poolMetadataKiB'>): number {
  return brick.thinPoolKiB + brick.poolMetadataKiB;
}

type Accepted = Extract<DeviceEvent, { type: 'DeviceAddAccepted' }>['data'];

function accepted(state: DeviceState, data: Accepted): DeviceState {
  const { deviceId, nodeId, clusterId, name, tags, destroyData, operationId } = data;
  return { ...state, deviceId, nodeId, clusterId, name, tags, destroyData, status: 'adding', operationId };
}

/**
 * Takes over what LVM reports without touching `used`, which is ours to know: the sum of the bricks, reservations in
 * flight included. Free space is never more than LVM says is left (something else may live in the volume group, LVM's
 * spare pool metadata for one), nor more than the bricks leave (some may be reserved and not made yet). The total
 * follows, so that free + used = total holds whatever was measured.
 */
function measured(state: DeviceState, observation: DeviceObservation): DeviceState {
  const { totalKiB, freeKiB: leftKiB, extentSizeKiB, pvUuid, paths } = observation;
  const freeKiB = Math.max(0, Math.min(leftKiB, totalKiB - state.usedKiB));
  return { ...state, totalKiB: freeKiB + state.usedKiB, freeKiB, extentSizeKiB, pvUuid, paths };
}

function charged(state: DeviceState, byKiB: number, bricks: 1 | -1): DeviceState {
  const freeKiB = state.freeKiB - byKiB;
  const usedKiB = state.usedKiB + byKiB;
  const brickCount = state.brickCount + bricks;
  if (freeKiB < 0 || usedKiB < 0 || brickCount < 0) {
    throw new Error(
      `broken log: device ${state.deviceId} would have ${freeKiB} KiB free, ${usedKiB} KiB used, ${brickCount} bricks`,
    );
  }
  return { ...state, freeKiB, usedKiB, brickCount };
}
