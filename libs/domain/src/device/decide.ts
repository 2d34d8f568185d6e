import { type Decider, DomainError } from '#kernel';
import type { AdminState, Tags } from '../node/events.js';
import { alreadyExists, type Contents, held, inUse, noContents, notFound, remedy } from '../refusals.js';
import { brickReasons } from './in-the-way.js';
import { applyTags, sameTags, type TagChange } from '../tags.js';
import { releaseBricks, reserveBricks } from './bricks.js';
import type { BrickReservation, DeviceDescription, DeviceEvent, DeviceObservation } from './events.js';
import { evolveDevice } from './evolve.js';
import { type DeviceState, noDevice } from './state.js';
import { decideDeviceState } from './transition.js';

export type DeviceCommand =
  | {
      readonly type: 'AddDevice';
      readonly operationId: string;
      readonly device: DeviceDescription;
      readonly nodeExists: boolean;
    }
  | { readonly type: 'FinishDeviceAdd'; readonly operationId: string; readonly observation: DeviceObservation }
  | { readonly type: 'FailDeviceAdd'; readonly operationId: string; readonly reason: string }
  | { readonly type: 'ChangeDeviceState'; readonly state: AdminState }
  | { readonly type: 'ChangeDeviceTags'; readonly change: TagChange; readonly tags: Tags }
  | { readonly type: 'ResyncDevice'; readonly observation: DeviceObservation }
  /** All bricks that one change puts on the device: a stream is appended to once per transaction. */
  | { readonly type: 'ReserveBricks'; readonly bricks: readonly BrickReservation[] }
  | { readonly type: 'ReleaseBricks'; readonly bricks: readonly BrickReservation[] }
  /** `volumes`: those with bricks on it; only to name them. */
  | {
      readonly type: 'DeleteDevice';
      readonly operationId: string;
      readonly forceForget: boolean;
      readonly volumes?: Contents;
    }
  | { readonly type: 'FinishDeviceDelete'; readonly operationId: string }
  | { readonly type: 'FailDeviceDelete'; readonly operationId: string; readonly reason: string };

function decide(command: DeviceCommand, state: DeviceState): readonly DeviceEvent[] {
  switch (command.type) {
    case 'AddDevice': {
      if (!command.nodeExists) throw new DomainError('not-found', 'Node id does not exist');
      if (state.status !== 'none') throw alreadyExists();
      return [{ type: 'DeviceAddAccepted', data: { ...command.device, operationId: command.operationId } }];
    }
    case 'FinishDeviceAdd':
      requireHeldBy(state, 'adding', command.operationId);
      return [{ type: 'DeviceAdded', data: { ...command.observation, operationId: command.operationId } }];
    case 'FailDeviceAdd':
      requireHeldBy(state, 'adding', command.operationId);
      return [{ type: 'DeviceAddFailed', data: { operationId: command.operationId, reason: command.reason } }];
    case 'ChangeDeviceState':
      return changeState(command.state, state);
    case 'ChangeDeviceTags': {
      requireDevice(state);
      const tags = applyTags(state.tags, command.change, command.tags);
      return sameTags(tags, state.tags) ? [] : [{ type: 'DeviceTagsChanged', data: { tags } }];
    }
    case 'ResyncDevice':
      requireIdleDevice(state);
      return [{ type: 'DeviceResynced', data: command.observation }];
    case 'ReserveBricks':
      requireIdleDevice(state);
      return reserveBricks(command.bricks, state);
    case 'ReleaseBricks':
      requireDevice(state);
      return releaseBricks(command.bricks, state);
    case 'DeleteDevice':
      return deleteDevice(command, state);
    case 'FinishDeviceDelete':
      requireHeldBy(state, 'deleting', command.operationId);
      return [{ type: 'DeviceDeleted', data: { operationId: command.operationId } }];
    case 'FailDeviceDelete':
      requireHeldBy(state, 'deleting', command.operationId);
      return [{ type: 'DeviceDeleteFailed', data: { operationId: command.operationId, reason: command.reason } }];
  }
}

function changeState(to: AdminState, state: DeviceState): readonly DeviceEvent[] {
  requireIdleDevice(state);
  const events = decideDeviceState(state.deviceId, state.state, to);
  if (to === 'failed' && events.length > 0 && state.brickCount > 0) {
    const detail = `device ${state.deviceId} has ${state.brickCount} bricks: they have to be moved away first`;
    throw inUse('refused', detail, { deviceId: state.deviceId, bricks: state.brickCount });
  }
  return events;
}

/** Heketi's order: the state first, then the bricks. */
function deleteDevice(
  command: Extract<DeviceCommand, { type: 'DeleteDevice' }>,
  state: DeviceState,
): readonly DeviceEvent[] {
  requireDevice(state);
  if (state.state !== 'failed') {
    throw new DomainError('invalid', `device: ${state.deviceId} is not in failed state`, [
      { rule: 'failed-state', detail: `the device is ${state.state}`, values: { state: state.state } },
      remedy('state', state.state === 'online' ? 'set it offline, then failed' : 'set it failed'),
    ]);
  }
  if (state.brickCount > 0) {
    throw new DomainError('conflict', `Unable to delete device [${state.deviceId}] because it contains bricks`, [
      ...brickReasons(state, command.volumes ?? noContents),
    ]);
  }
  requireIdleDevice(state);
  const { operationId, forceForget } = command;
  return [{ type: 'DeviceDeleteAccepted', data: { operationId, forceForget } }];
}

/** @throws DomainError `Id not found` for a device that is not there: one that is being added is not there yet */
export function requireDevice(state: DeviceState): void {
  if (state.status !== 'active' && state.status !== 'deleting') throw notFound();
}

/** @throws DomainError as requireDevice, or in use where the device is being deleted */
export function requireIdleDevice(state: DeviceState): void {
  requireDevice(state);
  if (state.status === 'deleting')
    throw held('conflict', `device ${state.deviceId} is being deleted`, state.operationId);
}

function requireHeldBy(state: DeviceState, status: DeviceState['status'], operationId: string): void {
  if (state.status === status && state.operationId === operationId) return;
  throw inUse('conflict', `device ${state.deviceId} is ${state.status} and not held by operation ${operationId}`);
}

export const deviceDecider: Decider<DeviceState, DeviceCommand, DeviceEvent> = {
  initial: noDevice,
  decide,
  evolve: evolveDevice,
};
