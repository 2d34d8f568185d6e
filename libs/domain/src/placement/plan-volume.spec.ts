import { describe, expect, it } from 'vitest';
import { KIB_PER_GIB } from '#kernel';
import { countingIds, placementNodes } from '../testing/placement-samples.js';
import { sampleVolume } from '../testing/samples.js';
import type { VolumeState } from '../volume/state.js';
import { type ClusterOffer, planVolumeCreate, planVolumeExpand, type VolumePlanRequest } from './plan-volume.js';
import { defaultPlacementSettings as settings } from './settings.js';

const request: VolumePlanRequest = {
  volumeId: 'v',
  name: 'vol_v',
  sizeGiB: 10,
  durability: { type: 'replicate', replica: 3 },
  snapshotFactor: 1.5,
  glusterVolumeOptions: ['', ''],
  block: false,
};
const offer = (clusterId: string, freeGiB: number): ClusterOffer => ({
  clusterId,
  file: true,
  block: true,
  volumeCount: 0,
  nameTaken: false,
  nodes: placementNodes([1, 2, 3], [freeGiB]),
});
const context = () => ({ settings, seed: 'operation', newBrickId: countingIds() });

describe('planning a new volume', () => {
  it('names the cluster and describes every brick', () => {
    const plan = planVolumeCreate(request, [offer('full', 1), offer('roomy', 500)], context());
    expect(plan.clusterId).toBe('roomy');
    expect(
      plan.brickSets
        .flat()
        .map(({ nodeId }) => nodeId)
        .sort(),
    ).toEqual(['n0', 'n1', 'n2']);
    const [first] = plan.brickSets.flat();
    expect(first).toEqual({
      brickId: 'b0',
      volumeId: 'v',
      deviceId: `${first!.nodeId}d0`,
      nodeId: first!.nodeId,
      sizeKiB: 10 * KIB_PER_GIB,
      thinPoolKiB: 15 * KIB_PER_GIB,
      poolMetadataKiB: 81_920,
      path: `/var/lib/heketi/mounts/vg_${first!.nodeId}d0/brick_b0/brick`,
    });
  });

  it('says for each cluster why not', () => {
    expect(() => planVolumeCreate(request, [offer('a', 1), offer('b', 1)], context())).toThrow(
      'Unable to create volume on any cluster:\nCluster a: No space\nCluster b: No space',
    );
  });
});

describe('planning an expansion', () => {
  const { brickSets } = planVolumeCreate(request, [offer('c', 500)], context());
  const volume: VolumeState = {
    ...sampleVolume,
    status: 'active',
    operationId: null,
    brickSets,
    expansion: null,
  };

  it('adds brick sets of the same durability', () => {
    const added = planVolumeExpand(volume, 5, offer('c', 500).nodes, context());
    expect(added).toHaveLength(1);
    expect(added.flat().map(({ sizeKiB }) => sizeKiB / KIB_PER_GIB)).toEqual([5, 5, 5]);
  });

  it('counts the bricks that the volume has, and keeps the words for what is missing', () => {
    const small = { ...context(), settings: { ...settings, maxBricksPerVolume: 5 } };
    expect(() => planVolumeExpand(volume, 5, offer('c', 500).nodes, small)).toThrow(
      'Maximum number of bricks reached.',
    );
    expect(() => planVolumeExpand(volume, 1, offer('c', 1).nodes, context())).toThrow(
      'Minimum brick size limit reached.  Out of space.',
    );
  });
});
