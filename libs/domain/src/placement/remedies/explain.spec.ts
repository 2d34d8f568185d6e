import { describe, expect, it } from 'vitest';
import { DomainError, KIB_PER_GIB, type Reason } from '#kernel';
import { countingIds, placementNode, placementNodes } from '../../testing/placement-samples.js';
import { sampleVolume } from '../../testing/samples.js';
import type { VolumeState } from '../../volume/state.js';
import type { PlacementNode } from '../candidates.js';
import { type ClusterOffer, planVolumeCreate, planVolumeExpand, type VolumePlanRequest } from '../plan-volume.js';
import { defaultPlacementSettings as settings } from '../settings.js';
import { explainCreate, explainExpand } from './explain.js';

const context = { settings, seed: 'seed', newBrickId: countingIds() };
const request: VolumePlanRequest = {
  volumeId: 'v',
  name: 'data',
  sizeGiB: 100,
  durability: { type: 'replicate', replica: 3 },
  snapshotFactor: 1,
  glusterVolumeOptions: [],
  block: false,
};
const offer = (nodes: readonly PlacementNode[], changes: Partial<ClusterOffer> = {}): ClusterOffer => ({
  clusterId: 'c1',
  file: true,
  block: true,
  volumeCount: 0,
  nameTaken: false,
  nodes,
  ...changes,
});

function refusalOf(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('it was placed');
}

function explained(clusters: readonly ClusterOffer[], asked = request): DomainError {
  const refusal = refusalOf(() => planVolumeCreate(asked, clusters, context));
  return explainCreate(refusal, asked, clusters, context);
}

const remedies = ({ because = [] }: { readonly because?: readonly Reason[] }): readonly string[] =>
  because.filter(({ rule }) => rule === 'remedy').map(({ detail }) => detail);
const inFirst = ({ reasons }: DomainError): readonly string[] => remedies(reasons[0] ?? {});
const lines = (reasons: readonly Reason[]): number =>
  reasons.reduce((sum, { because = [] }) => sum + 1 + lines(because), 0);

describe('what a refused volume is told', () => {
  it('is what would make it fit, the words for Heketi being as before', () => {
    const nodes = [...placementNodes([1, 1], [200]), placementNode('n2', 2, [200], { state: 'offline' })];
    const error = explained([offer(nodes)]);
    expect(error).toMatchObject({ kind: 'refused', message: 'No space' });
    expect(inFirst(error)).toEqual([
      'with durability replicate 2 it fits',
      'bring node n2 online: then it fits',
      'with 1 more node, with a device of more than 100.5 GiB free, it fits',
    ]);
  });

  it('names the largest size, and the space to free where it is least', () => {
    const nodes = [300, 300, 60].map((freeGiB, n) => placementNode(`n${n.toString()}`, n, [freeGiB]));
    const used = nodes.map((node) => ({
      ...node,
      devices: node.devices.map((device) => ({ ...device, totalKiB: 400 * KIB_PER_GIB })),
    }));
    expect(inFirst(explained([offer(used)]))).toEqual([
      'a volume of 59 GiB fits now: it is the largest below the 100 GiB asked for',
      'with durability replicate 3 it fits, the third brick being an arbiter (volume option "user.heketi.arbiter true")',
      'with durability replicate 2 it fits',
      'free 42467329 KiB (40.5 GiB) on device n2d0 of node n2: then it fits',
      'with 1 more node, with a device of more than 100.5 GiB free, it fits',
    ]);
  });

  it('names both sizes where bricks are near their minimum: what fits is not monotone', () => {
    const nodes = placementNodes([1, 1, 1, 1, 1, 1, 1, 1], [1.1]);
    const seven = { ...request, sizeGiB: 7, durability: { type: 'none' } as const };
    expect(inFirst(explained([offer(nodes)], seven)).slice(0, 2)).toEqual([
      'a volume of 4 GiB fits now: it is the largest below the 7 GiB asked for',
      'a volume of 8 GiB fits now: being cut into more and smaller bricks, it is the smallest above the 7 GiB asked for',
    ]);
    expect(planVolumeCreate({ ...seven, sizeGiB: 8 }, [offer(nodes)], context).brickSets).toHaveLength(8);
  });

  it('speaks of zones where checking is strict, and of tags where devices are chosen by them', () => {
    const strict = { ...request, glusterVolumeOptions: ['user.heketi.zone-checking strict'] };
    const inTwoZones = explained([offer(placementNodes([1, 1, 2], [500]))], strict);
    expect(inFirst(inTwoZones)).toContain(
      'with 1 more node, in a new zone, with a device of more than 100.5 GiB free, it fits',
    );
    expect(inFirst(inTwoZones).join()).toContain('without strict zones');
    const tagged = { ...request, glusterVolumeOptions: ['user.heketi.device-tag-match tier=ssd'] };
    expect(inFirst(explained([offer(placementNodes([1, 1, 2], [500]))], tagged))).toEqual([
      'without the rule tier=ssd it fits, or with devices tagged to match it',
      'with 3 more nodes, with a device each of more than 100.5 GiB free that matches tier=ssd, it fits',
    ]);
  });

  it('is one step of the limits, where they are in the way', () => {
    const many = placementNodes([1, 1, 1], Array<number>(20).fill(8));
    expect(inFirst(explained([offer(many)]))).toContain(
      'with max_bricks_per_volume 48 instead of 32 it fits, in smaller bricks',
    );
  });

  it.each<[Partial<ClusterOffer>, string, RegExp]>([
    [{ nameTaken: true }, 'volume-name', /^with another name/],
    [{ volumeCount: 1000 }, 'max-volumes-per-cluster', /^after the deletion of 1 volume, or/],
    [{ volumeCount: 1002 }, 'max-volumes-per-cluster', /^after the deletion of 3 volumes, or/],
    [{ file: false }, 'cluster-flags', /^with the cluster's flags changed/],
  ])(
    'in a cluster that was not asked (%j): what keeps it from being asked, if there is room',
    (changes, rule, text) => {
      const error = explained([offer(placementNodes([1, 1, 1], [500]), changes)]);
      expect(error.reasons[0]?.because?.map((reason) => reason.rule)).toEqual([rule, 'remedy']);
      expect(inFirst(error)[0]).toMatch(text);
      expect(inFirst(explained([offer(placementNodes([1, 1], [500]), changes)]))).toEqual([]);
    },
  );

  it.each<Partial<ClusterOffer>>([
    { nameTaken: true, volumeCount: 1000 },
    { nameTaken: true, file: false },
    { volumeCount: 1000, file: false },
  ])('promises nothing where one change would not be enough (%j)', (changes) => {
    expect(inFirst(explained([offer(placementNodes([1, 1, 1], [500]), changes)]))).toEqual([]);
  });

  it('says of each of several clusters what would help there, of the first three', () => {
    const error = explained(
      ['c1', 'c2', 'c3', 'c4'].map((clusterId) => offer(placementNodes([1, 1], [500]), { clusterId })),
    );
    expect(error.reasons.map((reason) => remedies(reason).length > 0)).toEqual([true, true, true, false]);
  });

  it('is nothing where the request itself cannot be understood', () => {
    const wrong = { ...request, glusterVolumeOptions: ['user.heketi.device-tag-match @@'] };
    expect(explained([offer(placementNodes([1], [500]))], wrong).reasons).toEqual([
      { rule: 'device-tag-match', detail: 'a rule has the form name=value or name!=value' },
    ]);
  });

  it('is as long for thousands of devices as for a dozen', () => {
    const site = (nodes: number): ClusterOffer =>
      offer(
        Array.from({ length: nodes }, (_, n) =>
          placementNode(`${'0'.repeat(28)}${n.toString().padStart(4, '0')}`, n % 3, [20, 21, 22, 23, 24], {
            state: n % 5 === 0 ? 'offline' : 'online',
            tags: n % 7 === 0 ? {} : { tier: 'ssd' },
          }),
        ),
      );
    const asked = { ...request, sizeGiB: 2000, glusterVolumeOptions: ['user.heketi.device-tag-match tier=ssd'] };
    const [small, large] = [site(5), site(400)].map((cluster) => explained([cluster], asked).reasons);
    expect(large?.[0]?.because?.find(({ rule }) => rule === 'node-online')?.values).toMatchObject({ devices: 400 });
    expect(lines(large ?? [])).toBeLessThan(lines(small ?? []) + 10);
    expect(lines(large ?? [])).toBeLessThan(60);
    expect(JSON.stringify(large).length).toBeLessThan(24_000);
  });
});

describe('what a refused expansion is told', () => {
  const volume: VolumeState = { ...sampleVolume, status: 'active', operationId: null, brickSets: [], expansion: null };

  it('leaves out what its volume cannot change', () => {
    const nodes = placementNodes([1, 2, 3], [50]);
    const refusal = refusalOf(() =>
      planVolumeExpand(volume, 100, nodes, { ...context, settings: { ...settings, maxBricksPerVolume: 3 } }),
    );
    const site = { ...context, settings: { ...settings, maxBricksPerVolume: 3 } };
    const error = explainExpand(refusal, volume, 100, nodes, site);
    expect(error.message).toBe('Maximum number of bricks reached.');
    expect(remedies({ because: error.reasons })).toEqual([
      'an expansion by 49 GiB fits now: it is the largest below the 100 GiB asked for',
      'with 3 more nodes, with a device each of more than 100.5 GiB free, it fits',
    ]);
  });
});
