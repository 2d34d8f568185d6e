import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brickSpace } from './brick-space.js';

describe('the space of a brick', () => {
  // Taken from Heketi itself, run with these numbers.
  it.each([
    [1_048_576, 1, 1_048_576, 8192, 1_056_768],
    [104_857_600, 1, 104_857_600, 524_288, 105_381_888],
    [104_857_600, 1.5, 157_286_400, 786_432, 158_072_832],
    [104_857_600, 1.3, 136_314_880, 684_032, 136_998_912],
    [10_485_760, 1.25, 13_107_200, 65_536, 13_172_736],
    [16_384, 1, 16_384, 4096, 20_480],
    [1_638_400, 1.5, 2_457_600, 12_288, 2_469_888],
    [4_294_967_296, 1, 4_294_967_296, 16_777_216, 4_311_744_512],
  ])('%i KiB with factor %d', (sizeKiB, factor, thinPoolKiB, poolMetadataKiB, totalKiB) => {
    expect(brickSpace(sizeKiB, factor, 4096)).toEqual({ thinPoolKiB, poolMetadataKiB, totalKiB });
  });

  it('comes in whole extents and holds the brick', () => {
    const size = fc.integer({ min: 16_384, max: 2 ** 32 });
    const factor = fc.double({ min: 1, max: 100, noNaN: true });
    fc.assert(
      fc.property(size, factor, fc.constantFrom(4096, 1024, 32_768), (sizeKiB, snapshotFactor, extentSizeKiB) => {
        const space = brickSpace(sizeKiB, snapshotFactor, extentSizeKiB);
        expect(space.thinPoolKiB).toBeGreaterThanOrEqual(sizeKiB);
        expect(space.thinPoolKiB % extentSizeKiB).toBe(0);
        expect(space.poolMetadataKiB % extentSizeKiB).toBe(0);
        expect(space.totalKiB).toBe(space.thinPoolKiB + space.poolMetadataKiB);
      }),
    );
  });
});
