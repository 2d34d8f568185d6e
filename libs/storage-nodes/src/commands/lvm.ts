import type { RemoteCommand } from '../remote-executor.js';
import type { BrickNames } from './names.js';
import { BRICK_COMMAND_MS, inventory, SHORT_COMMAND_MS, type NodeSettings } from './settings.js';

export function lvm(...argv: readonly string[]): RemoteCommand {
  return { argv: ['/usr/sbin/lvm', ...argv], timeoutMs: SHORT_COMMAND_MS };
}

const autobackup = (settings: NodeSettings): string => `--autobackup=${settings.backupLvmMetadata ? 'y' : 'n'}`;
const kib = (value: number): string => `${value}K`;
const JSON_REPORT = ['--reportformat', 'json'] as const;
const IN_KIB = ['--units', 'k', '--nosuffix'] as const;

export const pvs = (device: string): RemoteCommand =>
  lvm('pvs', ...JSON_REPORT, '-o', 'pv_name,pv_uuid,vg_name', device);

export const wipefs = (device: string): RemoteCommand => ({
  argv: ['wipefs', '--all', device],
  timeoutMs: SHORT_COMMAND_MS,
});

/** 128 MiB of metadata: room for the thousands of LVs of a large device. */
export const pvcreate = (device: string, settings: NodeSettings): RemoteCommand =>
  lvm('pvcreate', '-qq', '--metadatasize=128M', `--dataalignment=${settings.pvDataAlignment}`, device);

export const vgcreate = (vg: string, device: string, settings: NodeSettings): RemoteCommand =>
  lvm('vgcreate', '-qq', `--physicalextentsize=${settings.vgPhysicalExtentSize}`, autobackup(settings), vg, device);

export const vgs = (vg: string): RemoteCommand =>
  lvm('vgs', ...JSON_REPORT, ...IN_KIB, '-o', 'vg_name,vg_extent_size,vg_extent_count,vg_free_count', vg);

export const lvs = (vg: string): RemoteCommand =>
  lvm('lvs', ...JSON_REPORT, ...IN_KIB, '-o', 'lv_name,pool_lv,lv_size,lv_attr,thin_count', vg);

/** Everything that LVM knows on a node, in one answer each. */
export const allPvs = (): RemoteCommand => inventory(lvm('pvs', ...JSON_REPORT, '-o', 'pv_name,pv_uuid,vg_name'));
export const allVgs = (): RemoteCommand =>
  inventory(lvm('vgs', ...JSON_REPORT, ...IN_KIB, '-o', 'vg_name,vg_extent_size'));
export const allLvs = (): RemoteCommand =>
  inventory(lvm('lvs', ...JSON_REPORT, ...IN_KIB, '-o', 'vg_name,lv_name,pool_lv,lv_size,lv_attr'));

export const vgremove = (vg: string): RemoteCommand => lvm('vgremove', '-qq', vg);
export const pvremove = (device: string): RemoteCommand => lvm('pvremove', '-qq', device);

export interface BrickSizes {
  readonly sizeKiB: number;
  readonly thinPoolKiB: number;
  readonly poolMetadataKiB: number;
}

/** One command makes the thin pool and the thin LV in it. */
export function lvcreate(brick: BrickNames, sizes: BrickSizes, settings: NodeSettings): RemoteCommand {
  const command = lvm(
    'lvcreate',
    '-qq',
    autobackup(settings),
    '--poolmetadatasize',
    kib(sizes.poolMetadataKiB),
    '--chunksize',
    settings.lvChunkSize,
    '--size',
    kib(sizes.thinPoolKiB),
    '--thin',
    `${brick.vg}/${brick.pool}`,
    '--virtualsize',
    kib(sizes.sizeKiB),
    '--name',
    brick.lv,
  );
  return { ...command, timeoutMs: BRICK_COMMAND_MS };
}

export const lvremove = (vg: string, lv: string, settings: NodeSettings): RemoteCommand =>
  lvm('lvremove', autobackup(settings), '-f', `${vg}/${lv}`);
