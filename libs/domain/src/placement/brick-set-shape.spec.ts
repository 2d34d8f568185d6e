import { describe, expect, it } from 'vitest';
import { KIB_PER_GIB } from '#kernel';
import type { Durability } from '../volume/events.js';
import { brickSetShape } from './brick-set-shape.js';

const replica3: Durability = { type: 'replicate', replica: 3 };
const plain = { strictZones: false, tagRule: null, arbiter: null };
const arbiter = (averageFileSizeKiB: number) => ({ ...plain, arbiter: { averageFileSizeKiB } });

describe('the shape of a brick set', () => {
  it.each<[Durability, number]>([
    [{ type: 'none' }, 1],
    [{ type: 'replicate', replica: 2 }, 2],
    [replica3, 3],
    [{ type: 'disperse', data: 8, redundancy: 3 }, 11],
  ])('%j has %i equal bricks', (durability, bricks) => {
    const shape = brickSetShape(durability, KIB_PER_GIB, plain);
    expect(shape).toEqual(Array.from({ length: bricks }, () => ({ sizeKiB: KIB_PER_GIB, role: 'data' })));
  });

  it.each([
    [64, 64, KIB_PER_GIB],
    [100, 100, KIB_PER_GIB],
    [10, 64, 163_840],
    [1, 64, 16_384],
    [1, 1000, 16_384],
  ])('%i GiB with files of %i KiB has an arbiter of %i KiB, last', (sizeGiB, fileKiB, sizeKiB) => {
    const shape = brickSetShape(replica3, sizeGiB * KIB_PER_GIB, arbiter(fileKiB));
    expect(shape.map(({ role }) => role)).toEqual(['data', 'data', 'arbiter']);
    expect(shape[2]?.sizeKiB).toBe(sizeKiB);
  });

  it('refuses files larger than a brick', () => {
    expect(() => brickSetShape(replica3, KIB_PER_GIB, arbiter(KIB_PER_GIB + 1))).toThrow(
      'Average file size (1048577) is greater than Brick size (1048576)',
    );
  });
});
