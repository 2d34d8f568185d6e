import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError, fold, KIB_PER_GIB } from '#kernel';
import { evolveDevice } from '../device/evolve.js';
import type { DeviceState } from '../device/state.js';
import { noDevice } from '../device/state.js';
import { countingIds } from '../testing/placement-samples.js';
import type { BrickSets, Durability } from '../volume/events.js';
import { bricksPerSet } from '../volume/brick-sets.js';
import type { PlacementNode } from './candidates.js';
import { planVolumeCreate } from './plan-volume.js';
import { defaultPlacementSettings as settings } from './settings.js';

const sizeGiB = (most: number) => fc.integer({ min: 0, max: most });

/** Clusters with odd shapes: few nodes, uneven devices, some of them not usable. */
const cluster = fc
  .array(
    fc.record({
      zone: fc.integer({ min: 1, max: 4 }),
      state: fc.constantFrom('online', 'online', 'online', 'offline' as const),
      devices: fc.array(
        fc.record({ freeGiB: sizeGiB(60), usedGiB: sizeGiB(5), extentSizeKiB: fc.constantFrom(4096, 4096, 32_768) }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 3, maxLength: 8 },
  )
  .map((nodes) =>
    nodes.map(({ zone, state, devices }, n): PlacementNode => ({
      nodeId: `n${n.toString()}`,
      zone,
      state,
      tags: {},
      devices: devices.map(({ freeGiB, usedGiB, extentSizeKiB }, d) => ({
        deviceId: `n${n.toString()}d${d.toString()}`,
        freeKiB: freeGiB * KIB_PER_GIB,
        totalKiB: (freeGiB + usedGiB) * KIB_PER_GIB,
        extentSizeKiB,
        state: 'online',
        tags: {},
      })),
    })),
  );

const durability = fc.constantFrom<Durability>(
  { type: 'none' },
  { type: 'replicate', replica: 2 },
  { type: 'replicate', replica: 3 },
  { type: 'disperse', data: 2, redundancy: 1 },
  { type: 'disperse', data: 4, redundancy: 2 },
);

const wish = fc.record({
  nodes: cluster,
  durability,
  sizeGiB: fc.integer({ min: 4, max: 80 }),
  snapshotFactor: fc.constantFrom(1, 1.3, 1.5),
  strict: fc.boolean(),
  arbiter: fc.boolean(),
  seed: fc.string({ maxLength: 4 }),
});

type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

function plan({ nodes, seed, strict, arbiter, ...request }: Wish): BrickSets | null {
  const glusterVolumeOptions = [
    `user.heketi.zone-checking ${strict ? 'strict' : 'none'}`,
    `user.heketi.arbiter ${arbiter.toString()}`,
  ];
  const offer = { clusterId: 'c', file: true, block: false, volumeCount: 0, nameTaken: false, nodes };
  const volume = { ...request, volumeId: 'v', name: 'v', glusterVolumeOptions, block: false };
  try {
    return planVolumeCreate(volume, [offer], { settings, seed, newBrickId: countingIds() }).brickSets;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** A device as its stream would fold, with the bricks that it had before as its used space. */
function deviceState(node: PlacementNode, index: number): DeviceState {
  const device = node.devices[index]!;
  const usedKiB = device.totalKiB - device.freeKiB;
  const { deviceId, totalKiB, freeKiB, extentSizeKiB } = device;
  return { ...noDevice, deviceId, nodeId: node.nodeId, totalKiB, freeKiB, usedKiB, extentSizeKiB, status: 'active' };
}

describe('any volume that is placed', { timeout: 60_000 }, () => {
  const placed = (check: (sets: BrickSets, asked: Wish) => void): void => {
    let hits = 0;
    fc.assert(
      fc.property(wish, (asked) => {
        const sets = plan(asked);
        if (sets === null) return;
        hits += 1;
        check(sets, asked);
      }),
      { numRuns: 200 },
    );
    expect(hits).toBeGreaterThan(40);
  };

  it('has whole sets, no two bricks of a set on one node, none on a node that is offline', () => {
    placed((sets, asked) => {
      const offline = asked.nodes.filter(({ state }) => state !== 'online').map(({ nodeId }) => nodeId);
      for (const bricks of sets) {
        expect(bricks).toHaveLength(bricksPerSet(asked.durability));
        expect(new Set(bricks.map(({ nodeId }) => nodeId)).size).toBe(bricks.length);
        expect(bricks.some(({ nodeId }) => offline.includes(nodeId))).toBe(false);
      }
      expect(sets.flat().length).toBeLessThanOrEqual(settings.maxBricksPerVolume);
    });
  });

  it('keeps to one brick of a set per zone where checking is strict', () => {
    placed((sets, asked) => {
      if (!asked.strict) return;
      const zones = new Map(asked.nodes.map(({ nodeId, zone }) => [nodeId, zone]));
      for (const bricks of sets) {
        expect(new Set(bricks.map(({ nodeId }) => zones.get(nodeId))).size).toBe(bricks.length);
      }
    });
  });

  it('leaves every device with space, and free + used = total', () => {
    placed((sets, asked) => {
      for (const node of asked.nodes) {
        node.devices.forEach(({ deviceId }, index) => {
          const before = deviceState(node, index);
          const bricks = sets.flat().filter((brick) => brick.deviceId === deviceId);
          const after = fold(
            evolveDevice,
            before,
            bricks.map((data) => ({ type: 'BrickReserved', data }) as const),
          );
          expect(after.freeKiB + after.usedKiB).toBe(after.totalKiB);
          if (bricks.length > 0) expect(after.freeKiB).toBeGreaterThan(0);
          const released = fold(
            evolveDevice,
            after,
            bricks.map((data) => ({ type: 'BrickReleased', data }) as const),
          );
          expect(released).toEqual(before);
        });
      }
    });
  });

  it('is placed the same way for the same seed, whatever the order of nodes', () => {
    placed((sets, asked) => {
      expect(plan(asked)).toEqual(sets);
      expect(plan({ ...asked, nodes: asked.nodes.toReversed() })).toEqual(sets);
    });
  });
});
