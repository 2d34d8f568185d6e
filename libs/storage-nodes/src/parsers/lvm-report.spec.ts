import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseLvs, parsePvs, parseVgs } from './lvm-report.js';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const report = (part: object): string => JSON.stringify({ report: [part] });

describe("LVM's JSON reports", () => {
  it('reads the physical volume that a real node showed', () => {
    expect(parsePvs(fixture('pvs.json'))).toEqual({
      name: '/dev/ubdb',
      uuid: 'MMdxKU-Ccld-yorZ-Xrkz-Bive-CAfy-4O4ruR',
      vg: 'vg_969fd26930ca708dcb215dd1d34e3923',
    });
  });

  it('reads extents, with the decimals that --units k gives to sizes only', () => {
    const vg = { vg_name: 'vg_a', vg_extent_size: '4096.00', vg_extent_count: '5087', vg_free_count: '5000' };
    expect(parseVgs(report({ vg: [vg] }))).toEqual({ extentSizeKiB: 4096, extentCount: 5087, freeExtents: 5000 });
  });

  it('reads thin pools and the volumes in them', () => {
    const lv = [
      { lv_name: 'brick_a', pool_lv: 'tp_a', lv_size: '1048576.00', lv_attr: 'Vwi-aotz--', thin_count: '' },
      { lv_name: 'tp_a', pool_lv: '', lv_size: '1048576.00', lv_attr: 'twi-aotz--', thin_count: '1' },
    ];
    expect(parseLvs(report({ lv }))).toEqual([
      { name: 'brick_a', pool: 'tp_a', thinCount: 0 },
      { name: 'tp_a', pool: '', thinCount: 1 },
    ]);
    expect(parseLvs(report({ lv: [] }))).toEqual([]);
  });

  it('refuses what is no report, or one about another number of things', () => {
    expect(() => parsePvs('')).toThrow();
    expect(() => parsePvs('{"report":[]}')).toThrow();
    expect(() => parsePvs(report({ pv: [] }))).toThrow('found 0');
    const vg = { vg_name: 'v', vg_extent_size: 'x', vg_extent_count: '1', vg_free_count: '1' };
    expect(() => parseVgs(report({ vg: [vg] }))).toThrow();
  });
});
