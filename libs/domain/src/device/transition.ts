import { DomainError } from '#kernel';
import type { AdminState } from '../node/events.js';
import { remedy } from '../refusals.js';
import type { DeviceEvent } from './events.js';

/**
 * What a request to change a device's state leads to; nothing where it has that state already. `failed` is set after the
 * device's bricks have been moved away; it can come back through `offline`.
 * @throws DomainError for a transition that Heketi reports through its queue
 */
export function decideDeviceState(deviceId: string, from: AdminState, to: AdminState): readonly DeviceEvent[] {
  if (from === to) return [];
  if (from === 'failed' && to === 'online') {
    throw new DomainError('refused', 'Cannot move a failed/removed device to online state', [
      { rule: 'state', detail: `device ${deviceId} is failed`, values: { deviceId, state: from } },
      remedy('state', 'set it offline first, then online'),
    ]);
  }
  if (from === 'online' && to === 'failed') {
    throw new DomainError(
      'refused',
      `Device must be offline before remove operation is performed, device:${deviceId}`,
      [
        { rule: 'state', detail: `device ${deviceId} is online`, values: { deviceId, state: from } },
        remedy('state', 'set it offline first, then failed'),
      ],
    );
  }
  return [{ type: 'DeviceStateChanged', data: { state: to } }];
}
