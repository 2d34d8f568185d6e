import { checkedId } from '../guards.js';

export const MOUNT_ROOT = '/var/lib/heketi/mounts';

/** Names on the nodes. All are derived from ids, so that whoever comes after a crash finds what was begun. */
export const vgName = (deviceId: string): string => `vg_${checkedId('device id', deviceId)}`;
export const lvName = (brickId: string): string => `brick_${checkedId('brick id', brickId)}`;
export const poolName = (brickId: string): string => `tp_${checkedId('brick id', brickId)}`;
export const deviceMountFolder = (deviceId: string): string => `${MOUNT_ROOT}/${vgName(deviceId)}`;

/** The other way round: the id in a name of ours, null for any other name. */
const idIn =
  (pattern: RegExp) =>
  (name: string): string | null =>
    pattern.exec(name)?.[1] ?? null;
export const deviceIdOfVg = idIn(/^vg_([0-9a-f]{32})$/);
export const brickIdOfLv = idIn(/^brick_([0-9a-f]{32})$/);
export const brickIdOfPool = idIn(/^tp_([0-9a-f]{32})$/);

/** Where LVM shows a physical volume under its own UUID, whatever the disk is called today. */
export const pvLink = (pvUuid: string): string => `/dev/disk/by-id/lvm-pv-uuid-${pvUuid}`;

/** The names that belong to one brick. */
export interface BrickNames {
  readonly brickId: string;
  readonly vg: string;
  readonly lv: string;
  readonly pool: string;
  readonly deviceNode: string;
  readonly mountPoint: string;
  readonly path: string;
}

export function brickNames(brick: { readonly brickId: string; readonly deviceId: string }): BrickNames {
  const vg = vgName(brick.deviceId);
  const lv = lvName(brick.brickId);
  const mountPoint = `${deviceMountFolder(brick.deviceId)}/${lv}`;
  return {
    brickId: brick.brickId,
    vg,
    lv,
    pool: poolName(brick.brickId),
    deviceNode: `/dev/mapper/${vg}-${lv}`,
    mountPoint,
    path: `${mountPoint}/brick`,
  };
}
