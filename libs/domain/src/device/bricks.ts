import { DomainError } from '#kernel';
import type { BrickReservation, DeviceEvent } from './events.js';
import { brickFootprintKiB, evolveDevice } from './evolve.js';
import type { DeviceState } from './state.js';

/**
 * Reserves space for bricks, one after the other. Heketi's rule is strict: a brick that would fill its device to the last
 * KiB does not fit. Placement has checked all this already; here is where a race with another placement ends.
 */
export function reserveBricks(bricks: readonly BrickReservation[], state: DeviceState): readonly DeviceEvent[] {
  let device = state;
  return bricks.map((brick) => {
    requireSameDevice(brick, device);
    const neededKiB = brickFootprintKiB(brick);
    if (device.state !== 'online') throw noSpace('device-online', `device ${device.deviceId} is ${device.state}`);
    if (device.freeKiB <= neededKiB) {
      throw noSpace(
        'free-space',
        `device ${device.deviceId} has ${device.freeKiB} KiB free, more than ${neededKiB} KiB are needed`,
      );
    }
    const event: DeviceEvent = { type: 'BrickReserved', data: brick };
    device = evolveDevice(device, event);
    return event;
  });
}

/** Gives the space of bricks back, by the numbers that were stored with them. */
export function releaseBricks(bricks: readonly BrickReservation[], state: DeviceState): readonly DeviceEvent[] {
  let device = state;
  return bricks.map((brick) => {
    requireSameDevice(brick, device);
    const event: DeviceEvent = { type: 'BrickReleased', data: brick };
    device = evolveDevice(device, event);
    return event;
  });
}

function noSpace(rule: string, detail: string): DomainError {
  return new DomainError('refused', 'No space', [{ rule, detail }]);
}

function requireSameDevice(brick: BrickReservation, device: DeviceState): void {
  if (brick.deviceId === device.deviceId) return;
  throw new Error(`brick ${brick.brickId} belongs to device ${brick.deviceId}, not to ${device.deviceId}`);
}
