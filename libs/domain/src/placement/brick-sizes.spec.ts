import { describe, expect, it } from 'vitest';
import { KIB_PER_GIB } from '#kernel';
import type { Durability } from '../volume/events.js';
import { brickSizes, minimumVolumeSizeKiB } from './brick-sizes.js';
import { defaultPlacementSettings as limits } from './settings.js';

const none: Durability = { type: 'none' };
const replica3: Durability = { type: 'replicate', replica: 3 };
const disperse: Durability = { type: 'disperse', data: 8, redundancy: 3 };

const series = (durability: Durability, sizeGiB: number, bounds = limits): readonly (readonly [number, number])[] =>
  [...brickSizes(durability, sizeGiB, bounds)].map(({ sets, brickSizeKiB }) => [sets, brickSizeKiB / KIB_PER_GIB]);

describe('the series of brick sizes', () => {
  it.each([none, replica3])('halves 100 GiB down to the minimum: $type', (durability) => {
    expect(series(durability, 100)).toEqual([
      [1, 100],
      [2, 50],
      [4, 25],
      [8, 12.5],
      [16, 6.25],
      [32, 3.125],
      [64, 1.5625],
    ]);
  });

  it('shares the size among the data bricks of a dispersed set', () => {
    expect(series(disperse, 200)).toEqual([
      [1, 25],
      [2, 12.5],
      [4, 6.25],
      [8, 3.125],
      [16, 1.5625],
    ]);
  });

  it.each([
    [replica3, 100 * 1024],
    [disperse, 800 * 1024],
  ])('passes over bricks above the maximum', (durability, sizeGiB) => {
    expect(series(durability, sizeGiB)[0]).toEqual([32, 3200]);
  });

  it('rounds down twice for dispersed volumes', () => {
    const sizes = [...brickSizes({ type: 'disperse', data: 3, redundancy: 1 }, 10, limits)];
    expect(sizes[1]).toEqual({ sets: 2, brickSizeKiB: Math.floor((5 * KIB_PER_GIB) / 3) });
  });

  it('keeps to the limits of the site', () => {
    expect(series(none, 32, { ...limits, brickMinGiB: 4, brickMaxGiB: 16 })).toEqual([
      [2, 16],
      [4, 8],
      [8, 4],
    ]);
    expect(series(none, 3, { ...limits, brickMinGiB: 4 })).toEqual([]);
  });

  it('ends even without a minimum', () => {
    expect(series(none, 1, { ...limits, brickMinGiB: 0 }).at(-1)).toEqual([KIB_PER_GIB, 1 / KIB_PER_GIB]);
  });
});

describe('the smallest volume', () => {
  it.each([
    [none, 1],
    [replica3, 1],
    [disperse, 8],
  ])('has a minimum brick for every share of the data', (durability, sizeGiB) => {
    expect(minimumVolumeSizeKiB(durability, limits)).toBe(sizeGiB * KIB_PER_GIB);
  });
});
