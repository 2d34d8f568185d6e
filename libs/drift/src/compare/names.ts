import { brickIdOfLv, deviceIdOfVg, MOUNT_ROOT } from '#storage-nodes';
import type { Subject } from '../finding.js';

const MAPPER = /^\/dev\/mapper\/(vg_[0-9a-f]+)-(brick_[0-9a-f]+)$/;
const LINK = /^\/dev\/(vg_[0-9a-f]+)\/(brick_[0-9a-f]+)$/;
const BELOW_ROOT = new RegExp(`^${MOUNT_ROOT}/(vg_[0-9a-f]+)(?:/(brick_[0-9a-f]+))?(?:/brick)?$`);

function subject(vg = '', lv = ''): Subject | null {
  const deviceId = deviceIdOfVg(vg);
  const brickId = brickIdOfLv(lv);
  if (deviceId === null || (brickId === null && lv !== '')) return null;
  return brickId === null ? { deviceId } : { deviceId, brickId };
}

/** The ids in the name of a block device (`/dev/mapper/VG-LV`, `/dev/VG/LV`); null where it is none of ours. */
export function subjectOfDevice(path: string): Subject | null {
  const [, vg, lv] = MAPPER.exec(path) ?? LINK.exec(path) ?? [];
  return subject(vg, lv);
}

/** The ids in a path below the mount root; null where it has not the form of ours. */
export function subjectOfPath(path: string): Subject | null {
  const [, vg, lv] = BELOW_ROOT.exec(path) ?? [];
  return subject(vg, lv);
}

export function isBelowRoot(path: string): boolean {
  return path.startsWith(`${MOUNT_ROOT}/`);
}
