import fc from 'fast-check';
import { KIB_PER_GIB } from '#kernel';
import type { PlacementNode } from '../../libs/domain/src/placement/candidates.js';
import type { PlacementProblem } from '../../libs/domain/src/placement/remedies/problem.js';
import { defaultPlacementSettings } from '../../libs/domain/src/placement/settings.js';
import type { Durability } from '../../libs/domain/src/volume/events.js';

const sizeGiB = (most: number) => fc.integer({ min: 0, max: most });
const adminState = fc.oneof(
  { weight: 8, arbitrary: fc.constant('online' as const) },
  { weight: 1, arbitrary: fc.constantFrom('offline' as const, 'failed' as const) },
);
const tags = fc.constantFrom({}, {}, {}, { tier: 'ssd' }, { arbiter: 'required' }, { arbiter: 'disabled' });

/** Clusters with odd shapes: few nodes, uneven and partly used devices, some of them down or tagged. */
export const randomNodes: fc.Arbitrary<readonly PlacementNode[]> = fc
  .array(
    fc.record({
      zone: fc.integer({ min: 1, max: 4 }),
      state: adminState,
      tags,
      devices: fc.array(
        fc.record({
          freeGiB: sizeGiB(60),
          usedGiB: sizeGiB(40),
          extentSizeKiB: fc.constantFrom(4096, 4096, 32_768),
          state: adminState,
          tags,
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((nodes) =>
    nodes.map(({ devices, ...node }, n) => ({
      ...node,
      nodeId: `n${n.toString()}`,
      devices: devices.map(({ freeGiB, usedGiB, ...device }, d) => ({
        ...device,
        deviceId: `n${n.toString()}d${d.toString()}`,
        freeKiB: freeGiB * KIB_PER_GIB,
        totalKiB: (freeGiB + usedGiB) * KIB_PER_GIB,
      })),
    })),
  );

const options = fc
  .record({ strict: fc.boolean(), arbiter: fc.boolean(), tagged: fc.constantFrom('', '', 'tier=ssd', 'tier!=ssd') })
  .map(({ strict, arbiter, tagged }) => [
    `user.heketi.zone-checking ${strict ? 'strict' : 'none'}`,
    `user.heketi.arbiter ${arbiter.toString()}`,
    ...(tagged === '' ? [] : [`user.heketi.device-tag-match ${tagged}`]),
  ]);

/** Placements of every kind, about as many of which fit as do not. */
export const randomProblems: fc.Arbitrary<PlacementProblem> = fc.record({
  nodes: randomNodes,
  seed: fc.string({ maxLength: 4 }),
  settings: fc.constantFrom(defaultPlacementSettings, { ...defaultPlacementSettings, maxBricksPerVolume: 6 }),
  request: fc.record({
    durability: fc.constantFrom<Durability>(
      { type: 'none' },
      { type: 'replicate', replica: 2 },
      { type: 'replicate', replica: 3 },
      { type: 'disperse', data: 2, redundancy: 1 },
      { type: 'disperse', data: 4, redundancy: 2 },
    ),
    sizeGiB: fc.integer({ min: 1, max: 80 }),
    snapshotFactor: fc.constantFrom(1, 1.3, 1.5),
    glusterVolumeOptions: options,
    existingBricks: fc.constantFrom(0, 0, 3),
  }),
});
