import { describe, expect, it } from 'vitest';
import { DomainError, KIB_PER_GIB } from '#kernel';
import { placementDevice, placementNode, placementNodes } from '../testing/placement-samples.js';
import type { Durability } from '../volume/events.js';
import type { PlacementNode } from './candidates.js';
import type { PlacementRequest } from './cuts.js';
import { placeBricks } from './place-bricks.js';
import { defaultPlacementSettings as settings } from './settings.js';

const replica = (count: number): Durability => ({ type: 'replicate', replica: count });
const ask = (sizeGiB: number, changes: Partial<PlacementRequest> = {}): PlacementRequest => ({
  sizeGiB,
  durability: replica(3),
  snapshotFactor: 1,
  glusterVolumeOptions: ['', ''],
  existingBricks: 0,
  ...changes,
});
const option = (text: string, changes: Partial<PlacementRequest> = {}): PlacementRequest =>
  ask(10, { glusterVolumeOptions: ['', text, ''], ...changes });
const place = (request: PlacementRequest, nodes: readonly PlacementNode[], site = settings) =>
  placeBricks(request, nodes, 'seed', site);
const devices = (request: PlacementRequest, nodes: readonly PlacementNode[]): string[][] =>
  place(request, nodes).map((bricks) => bricks.map(({ deviceId }) => deviceId).sort());

function refusal(request: PlacementRequest, nodes: readonly PlacementNode[], site = settings): DomainError {
  try {
    place(request, nodes, site);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('it was placed');
}

/** How many devices a rule dropped. */
const dropped = (error: DomainError, rule: string): unknown =>
  error.reasons.find((reason) => reason.rule === rule)?.values?.['devices'];

describe('placing bricks', () => {
  it('puts the bricks of a set on different nodes, the fewest and largest that fit', () => {
    expect(devices(ask(100), placementNodes([1, 1, 1], [500]))).toEqual([['n0d0', 'n1d0', 'n2d0']]);
  });

  it('cuts a volume that fits no single device', () => {
    const sets = place(ask(2000, { durability: replica(2) }), placementNodes([1, 1, 2, 2], [500, 500, 500, 500]));
    expect(sets).toHaveLength(8);
    expect(new Set(sets.flat().map(({ sizeKiB }) => sizeKiB))).toEqual(new Set([250 * KIB_PER_GIB]));
  });

  it('finds the answer that going down a list would miss', () => {
    // The large node has to serve in both sets, or the second is left with one node.
    const nodes = [placementNode('n0', 1, [25]), placementNode('n1', 1, [11]), placementNode('n2', 1, [11])];
    expect(devices(ask(20, { durability: replica(2) }), nodes)).toEqual([
      ['n0d0', expect.stringMatching(/^n[12]d0$/)],
      ['n0d0', expect.stringMatching(/^n[12]d0$/)],
    ]);
  });

  it('takes the devices with the most free space', () => {
    const nodes = [1, 2, 3, 4].map((n) => placementNode(`n${n.toString()}`, 1, [100 * n, 50 * n]));
    expect(devices(ask(10), nodes)).toEqual([['n2d0', 'n3d0', 'n4d0']]);
  });

  it('spreads over zones even where it need not', () => {
    const nodes = [
      placementNode('n0', 1, [900]),
      placementNode('n1', 1, [900]),
      placementNode('n2', 2, [100]),
      placementNode('n3', 3, [100]),
    ];
    const [set] = place(ask(10), nodes);
    expect(new Set(set?.map(({ nodeId }) => nodes.find((node) => node.nodeId === nodeId)?.zone)).size).toBe(3);
  });

  it('never fills a device to the last KiB', () => {
    const withFree = (freeKiB: number): readonly PlacementNode[] =>
      placementNodes([1, 1, 1], []).map((node) => ({
        ...node,
        devices: [placementDevice(`${node.nodeId}d0`, 0, { freeKiB })],
      }));
    const neededKiB = 10_485_760 + 53_248;
    expect(place(ask(10), withFree(neededKiB + 1))).toHaveLength(1);
    expect(refusal(ask(10), withFree(neededKiB)).message).toBe('Minimum brick size limit reached.  Out of space.');
  });

  it('breaks ties by the seed', () => {
    const nodes = placementNodes([1, 1, 1, 1, 1, 1, 1, 1], [500]);
    const answers = ['a', 'b', 'c', 'd', 'e'].map((seed) =>
      JSON.stringify(placeBricks(ask(10), nodes, seed, settings)),
    );
    expect(new Set(answers).size).toBeGreaterThan(1);
    expect(JSON.stringify(placeBricks(ask(10), nodes, 'a', settings))).toBe(answers[0]);
  });
});

describe('what may not be used', () => {
  const four = placementNodes([1, 2, 3, 4], [500]);

  it.each([
    ['node-online', { state: 'offline' }],
    ['node-online', { state: 'failed' }],
    ['node-reachable', { reachable: false }],
  ] as const)('a node that is not up: %s %j', (rule, changes) => {
    const nodes = four.map((node, index) => (index > 1 ? { ...node, ...changes } : node));
    expect(devices(ask(10, { durability: replica(2) }), nodes)).toEqual([['n0d0', 'n1d0']]);
    const error = refusal(ask(10), nodes);
    expect(error.reasons[0]?.detail).toContain('2 devices on 2 nodes in 2 zones have room for a data brick');
    expect(dropped(error, rule)).toBe(2);
  });

  it('a device that is not online', () => {
    const nodes = four.map((node, index) =>
      index > 1 ? { ...node, devices: [placementDevice(`${node.nodeId}d0`, 500, { state: 'offline' })] } : node,
    );
    expect(dropped(refusal(ask(10), nodes), 'device-online')).toBe(2);
  });

  it('a zone twice, where checking is strict', () => {
    const nodes = placementNodes([1, 1, 2, 2], [500]);
    const strict = option('user.heketi.zone-checking strict');
    expect(refusal(strict, nodes).reasons[0]?.rule).toBe('zone-checking');
    expect(place({ ...strict, durability: replica(2) }, nodes)).toHaveLength(1);
    expect(place(ask(10), nodes)).toHaveLength(1);
    const site = { ...settings, zoneChecking: 'strict' } as const;
    expect(refusal(ask(10), nodes, site).reasons[0]?.detail).toContain('in 2 zones');
    expect(place(option('user.heketi.zone-checking none'), nodes, site)).toHaveLength(1);
  });

  it('a device whose tags do not match, its own over those of its node', () => {
    const nodes = four.map((node, index) => ({
      ...node,
      tags: { tier: 'hdd' },
      devices: [placementDevice(`${node.nodeId}d0`, 500, { tags: index < 2 ? { tier: 'ssd' } : {} })],
    }));
    const two = { durability: replica(2) };
    expect(devices(option('user.heketi.device-tag-match tier=ssd', two), nodes)).toEqual([['n0d0', 'n1d0']]);
    expect(devices(option('user.heketi.device-tag-match tier!=ssd', two), nodes)).toEqual([['n2d0', 'n3d0']]);
    const error = refusal(option('user.heketi.device-tag-match tier=ssd'), nodes);
    expect(dropped(error, 'device-tag-match')).toBe(2);
    expect(error.reasons.at(-1)).toMatchObject({
      detail: '2 devices on 2 nodes may not be used because of their tags: asked for tier=ssd',
      because: [{ values: { deviceId: 'n2d0', tag: 'hdd' } }, { values: { deviceId: 'n3d0', tag: 'hdd' } }],
    });
    expect(() => place(option('user.heketi.device-tag-match @@'), nodes)).toThrow(
      'Invalid tag matching rule: Invalid tag match rule: @@',
    );
  });
});

describe('refusing to place', () => {
  it('a cluster without nodes', () => expect(refusal(ask(10), []).message).toBe('No nodes in cluster'));

  it('a cluster without online devices', () => {
    const nodes = [placementNode('n0', 1, []), placementNode('n1', 1, [500], { state: 'offline' })];
    const error = refusal(ask(10), nodes);
    expect(error.message).toBe('No online storage devices in cluster');
    expect(error.reasons.map(({ rule }) => rule)).toEqual(['node-online']);
  });

  it('more bricks than a volume may have, before looking at the cluster', () => {
    expect(refusal(ask(100_000), []).message).toBe('Maximum number of bricks reached.');
    const nodes = placementNodes([1, 1, 1], [10]);
    expect(refusal(ask(100), nodes).message).toBe('Maximum number of bricks reached.');
    expect(refusal(ask(10, { existingBricks: 30 }), nodes).message).toBe('Maximum number of bricks reached.');
    expect(place(ask(20), placementNodes([1, 1, 1], [11, 11]), { ...settings, maxBricksPerVolume: 6 })).toHaveLength(2);
  });

  it('bricks below the minimum', () => {
    const error = refusal(ask(2), placementNodes([1, 1, 1], [1]));
    expect(error.message).toBe('Minimum brick size limit reached.  Out of space.');
    expect(error.reasons.map(({ rule }) => rule)).toEqual([
      'one-brick-per-node',
      'one-brick-per-node',
      'brick-min-size',
    ]);
    const [space] = error.reasons[1]?.because ?? [];
    expect(space).toMatchObject({
      rule: 'free-space',
      detail:
        '3 of 3 devices that may be used have too little free space: more than 1056768 KiB (1.0078 GiB) is needed',
    });
    expect(space?.because?.[0]).toEqual({
      rule: 'free-space',
      detail: 'device n0d0 of node n0 in zone 1: 1048576 KiB (1 GiB) free, 8193 KiB (0.0078 GiB) too little',
      values: { deviceId: 'n0d0', nodeId: 'n0', zone: 1, freeKiB: 1_048_576, neededKiB: 1_056_768, missingKiB: 8193 },
    });
  });

  it('one node with many disks, for two copies', () => {
    const nodes = [placementNode('n0', 1, Array<number>(200).fill(500))];
    expect(refusal(ask(10, { durability: replica(2) }), nodes).message).toBe(
      'Minimum brick size limit reached.  Out of space.',
    );
  });
});

describe('placing arbiter bricks', () => {
  const arbiter = (sizeGiB = 64): PlacementRequest =>
    ask(sizeGiB, { glusterVolumeOptions: ['user.heketi.arbiter true'] });
  const tagged = (tags: readonly string[], freeGiB: readonly number[]): readonly PlacementNode[] =>
    tags.map((tag, index) =>
      placementNode(`n${index.toString()}`, index, freeGiB, { tags: tag ? { arbiter: tag } : {} }),
    );

  it('puts a small brick last', () => {
    const [set] = place(arbiter(), tagged(['', '', ''], [500]));
    expect(set?.map(({ sizeKiB }) => sizeKiB / KIB_PER_GIB)).toEqual([64, 64, 1]);
    expect(set?.map(({ position }) => position)).toEqual([0, 1, 2]);
  });

  it('uses a node that has room for nothing else', () => {
    const nodes = [placementNode('n0', 1, [100]), placementNode('n1', 1, [100]), placementNode('n2', 1, [2])];
    const [set] = place(arbiter(), nodes);
    expect(set?.[2]?.nodeId).toBe('n2');
  });

  it('prefers devices set aside for arbiters, and puts no data there', () => {
    const sets = place(arbiter(300), tagged(['required', '', '', ''], [200, 200]));
    expect(new Set(sets.map((set) => set[2]?.nodeId))).toEqual(new Set(['n0']));
    expect(sets.flatMap((set) => set.slice(0, 2)).some(({ nodeId }) => nodeId === 'n0')).toBe(false);
  });

  it('puts no arbiter where it is disabled', () => {
    const [set] = place(arbiter(), tagged(['disabled', 'disabled', 'supported', 'unknown'], [500]));
    expect(['n2', 'n3']).toContain(set?.[2]?.nodeId);
    const error = refusal(arbiter(1), tagged(['disabled', 'disabled', 'disabled'], [500]));
    expect(error.reasons[0]?.detail).toContain('0 devices may take an arbiter brick');
  });

  it('lets the tag be for volumes without arbiter bricks', () => {
    expect(place(ask(10), tagged(['required', 'required', 'required'], [500]))).toHaveLength(1);
  });
});
