import type { Reason } from '#kernel';
import { contentReasons, type Contents, remedy } from '../refusals.js';
import type { DeviceState } from './state.js';

/** The bricks that keep a device from being removed, the volumes that they belong to, and what to do about them. */
export function brickReasons({ deviceId, brickCount, usedKiB }: DeviceState, volumes: Contents): readonly Reason[] {
  const because = contentReasons('no-volumes', 'its bricks belong to', 'volume', volumes);
  return [
    {
      rule: 'no-bricks',
      detail: `device ${deviceId} has ${brickCount} brick${brickCount === 1 ? '' : 's'} with ${usedKiB} KiB`,
      values: { deviceId, bricks: brickCount, usedKiB },
      ...(because.length === 0 ? {} : { because }),
    },
    remedy('delete-volumes', 'delete the volumes that have bricks on it: bricks cannot be moved to other devices yet'),
  ];
}
