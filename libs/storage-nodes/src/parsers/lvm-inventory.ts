import { z } from 'zod';
import type { FoundLogicalVolume, FoundPhysicalVolume, FoundThinPool, FoundVolumeGroup } from '../node-inventory.js';
import { number, reportOf } from './lvm-report.js';

const pvReport = reportOf('pv', z.object({ pv_name: z.string(), pv_uuid: z.string(), vg_name: z.string() }));
const vgReport = reportOf('vg', z.object({ vg_name: z.string(), vg_extent_size: number }));
const lvReport = reportOf(
  'lv',
  z.object({ vg_name: z.string(), lv_name: z.string(), pool_lv: z.string(), lv_size: number, lv_attr: z.string() }),
);

/** @throws Error where the text is no such report */
export function parseAllPvs(text: string): readonly FoundPhysicalVolume[] {
  return pvReport.parse(JSON.parse(text)).map((row) => ({ device: row.pv_name, uuid: row.pv_uuid, vg: row.vg_name }));
}

export function parseAllVgs(text: string): readonly FoundVolumeGroup[] {
  return vgReport.parse(JSON.parse(text)).map((row) => ({ name: row.vg_name, extentSizeKiB: row.vg_extent_size }));
}

/** The first letter of an LV's attributes is its type: `t` for a thin pool. */
const isPool = (row: { readonly lv_attr: string }): boolean => row.lv_attr.startsWith('t');

export function parseAllLvs(text: string): {
  readonly thinPools: readonly FoundThinPool[];
  readonly logicalVolumes: readonly FoundLogicalVolume[];
} {
  const rows = lvReport.parse(JSON.parse(text));
  return {
    thinPools: rows.filter(isPool).map((row) => ({ vg: row.vg_name, name: row.lv_name, sizeKiB: row.lv_size })),
    logicalVolumes: rows
      .filter((row) => !isPool(row))
      .map((row) => ({ vg: row.vg_name, name: row.lv_name, pool: row.pool_lv, sizeKiB: row.lv_size })),
  };
}
