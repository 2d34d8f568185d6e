import { z } from 'zod';

/** LVM's `--reportformat json`: every value is a text, numbers are those of `--units k --nosuffix` ("4096.00"). */
export function reportOf<Row extends z.ZodType>(kind: string, row: Row) {
  return z
    .object({ report: z.array(z.object({ [kind]: z.array(row) })).length(1) })
    .transform((value) => value.report.flatMap((part) => part[kind] ?? []));
}

export const number = z
  .string()
  .trim()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
/** Empty for a volume that is no thin pool. */
const optionalNumber = z.union([number, z.literal('').transform(() => 0)]);

const pvReport = reportOf('pv', z.object({ pv_name: z.string(), pv_uuid: z.string(), vg_name: z.string() }));
const vgReport = reportOf(
  'vg',
  z.object({ vg_name: z.string(), vg_extent_size: number, vg_extent_count: number, vg_free_count: number }),
);
const lvReport = reportOf('lv', z.object({ lv_name: z.string(), pool_lv: z.string(), thin_count: optionalNumber }));

export interface PhysicalVolume {
  readonly name: string;
  readonly uuid: string;
  /** Empty where it belongs to no group. */
  readonly vg: string;
}

export interface VolumeGroup {
  readonly extentSizeKiB: number;
  readonly extentCount: number;
  readonly freeExtents: number;
}

export interface LogicalVolume {
  readonly name: string;
  /** The thin pool that it lives in, empty for none. */
  readonly pool: string;
  /** Volumes in it, where it is a thin pool itself. */
  readonly thinCount: number;
}

function only<T>(what: string, rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined || rows.length > 1) {
    throw new Error(`expected one ${what} in LVM's report, found ${rows.length}`);
  }
  return row;
}

/** @throws Error where the text is no such report */
export function parsePvs(text: string): PhysicalVolume {
  const row = only('physical volume', pvReport.parse(JSON.parse(text)));
  return { name: row.pv_name, uuid: row.pv_uuid, vg: row.vg_name };
}

export function parseVgs(text: string): VolumeGroup {
  const row = only('volume group', vgReport.parse(JSON.parse(text)));
  return { extentSizeKiB: row.vg_extent_size, extentCount: row.vg_extent_count, freeExtents: row.vg_free_count };
}

export function parseLvs(text: string): readonly LogicalVolume[] {
  return lvReport
    .parse(JSON.parse(text))
    .map((row) => ({ name: row.lv_name, pool: row.pool_lv, thinCount: row.thin_count }));
}
