import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KIB_PER_GIB } from '#kernel';
import type { BrickShape } from './brick-set-shape.js';
import { brickSpace } from './brick-space.js';
import type { Candidate } from './candidates.js';
import { fillBrickSets } from './fill-brick-sets.js';

/** Tries every device for every brick: the truth that the search is measured against. */
function existsByBruteForce(
  sets: number,
  shape: readonly BrickShape[],
  devices: readonly Candidate[],
  strictZones: boolean,
): boolean {
  const free = devices.map(({ freeKiB }) => freeKiB);
  const chosen: Candidate[] = [];
  const next = (index: number): boolean => {
    if (index === sets * shape.length) return true;
    const brick = shape[index % shape.length]!;
    const inSet = chosen.slice(index - (index % shape.length));
    return devices.some((device, d) => {
      const { totalKiB } = brickSpace(brick.sizeKiB, 1, device.extentSizeKiB);
      if (free[d]! <= totalKiB || (device.role !== 'any' && device.role !== brick.role)) return false;
      if (inSet.some(({ nodeId, zone }) => nodeId === device.nodeId || (strictZones && zone === device.zone)))
        return false;
      free[d]! -= totalKiB;
      chosen.push(device);
      if (next(index + 1)) return true;
      chosen.pop();
      free[d]! += totalKiB;
      return false;
    });
  };
  return next(0);
}

describe('the search', { timeout: 60_000 }, () => {
  const dataBrick: BrickShape = { sizeKiB: 10 * KIB_PER_GIB, role: 'data' };
  const arbiterBrick: BrickShape = { sizeKiB: KIB_PER_GIB, role: 'arbiter' };
  const device = fc.record({
    node: fc.integer({ min: 0, max: 4 }),
    freeGiB: fc.constantFrom(0, 1, 2, 5, 11, 12, 13, 22, 24, 33),
    role: fc.constantFrom<Candidate['role']>('any', 'any', 'data', 'arbiter'),
  });
  const devicesOf = (
    zones: readonly number[],
    found: readonly { readonly node: number; readonly freeGiB: number; readonly role: Candidate['role'] }[],
    roles: boolean,
  ): readonly Candidate[] =>
    found.map(({ node, freeGiB, role }, index) => ({
      deviceId: `d${index.toString()}`,
      nodeId: `n${node.toString()}`,
      zone: zones[node]!,
      freeKiB: freeGiB * KIB_PER_GIB,
      extentSizeKiB: 4096,
      role: roles ? role : 'any',
    }));
  const zones = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 5 });
  const found = fc.array(device, { minLength: 1, maxLength: 6 });

  const agrees = (shapes: fc.Arbitrary<readonly BrickShape[]>, sets: fc.Arbitrary<number>, roles: boolean): void => {
    const answers = { yes: 0, no: 0 };
    fc.assert(
      fc.property(zones, found, shapes, sets, fc.boolean(), (z, f, shape, count, strictZones) => {
        const candidates = devicesOf(z, f, roles);
        const possible = existsByBruteForce(count, shape, candidates, strictZones);
        answers[possible ? 'yes' : 'no'] += 1;
        const request = { sets: count, shape, candidates, strictZones, snapshotFactor: 1 };
        expect(fillBrickSets(request) !== null).toBe(possible);
      }),
      { numRuns: 800 },
    );
    expect(Math.min(answers.yes, answers.no)).toBeGreaterThan(30);
  };

  const dataShape = fc.integer({ min: 1, max: 3 }).map((size) => Array<BrickShape>(size).fill(dataBrick));
  const arbiterShape = fc.constant([dataBrick, dataBrick, arbiterBrick]);

  it('finds a place for one set whenever there is one', () => {
    agrees(dataShape, fc.constant(1), false);
  });

  it('finds a place for several sets whenever there is one', () => {
    agrees(dataShape, fc.integer({ min: 2, max: 3 }), false);
  });

  it('finds a place for one set with an arbiter whenever there is one', () => {
    agrees(arbiterShape, fc.constant(1), true);
  });

  it('finds a place for two sets with arbiters whenever there is one, on clusters this small', () => {
    agrees(arbiterShape, fc.constant(2), true);
  });
});
