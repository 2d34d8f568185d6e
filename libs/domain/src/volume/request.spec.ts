import { describe, expect, it } from 'vitest';
import { DomainError } from '#kernel';
import { defaultPlacementSettings as limits } from '../placement/settings.js';
import { resolveDurability } from './durability.js';
import type { Durability, DurabilityAsSent } from './events.js';
import {
  requireMinimumSize,
  resolveSnapshot,
  shortestFloat32,
  validateVolumeRequest,
  type VolumeRequest,
} from './request.js';

const nothingSent: DurabilityAsSent = { replica: 0, data: 0, redundancy: 0 };
const good: VolumeRequest = {
  sizeGiB: 1,
  gid: 0,
  durabilityType: '',
  durabilityAsSent: nothingSent,
  snapshot: { enable: false, factor: 0 },
};

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return `${error.kind}: ${error.message}`;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('durability', () => {
  it.each<[string, Partial<DurabilityAsSent>, Durability]>([
    ['', {}, { type: 'none' }],
    ['none', { replica: 3, data: 4, redundancy: 2 }, { type: 'none' }],
    ['replicate', {}, { type: 'replicate', replica: 2 }],
    ['replicate', { replica: 1 }, { type: 'replicate', replica: 1 }],
    ['replicate', { replica: 3 }, { type: 'replicate', replica: 3 }],
    ['disperse', {}, { type: 'disperse', data: 8, redundancy: 2 }],
    ...(
      [
        [2, 1],
        [4, 2],
        [8, 2],
        [8, 3],
        [8, 4],
      ] as const
    ).map(([data, redundancy]): [string, Partial<DurabilityAsSent>, Durability] => [
      'disperse',
      { data, redundancy },
      { type: 'disperse', data, redundancy },
    ]),
  ])('%j with %j is %j', (type, sent, durability) => {
    expect(resolveDurability(type, { ...nothingSent, ...sent })).toEqual(durability);
  });

  it.each<[string, Partial<DurabilityAsSent>, string]>([
    ['raid5', {}, 'invalid: Unknown durability type'],
    ['Replicate', {}, 'invalid: Unknown durability type'],
    ['replicate', { replica: 4 }, 'invalid: Invalid replica value'],
    ['replicate', { replica: -1 }, 'invalid: Invalid replica value'],
    ['disperse', { data: 4, redundancy: 1 }, 'invalid: Invalid dispersion combination: 4+1'],
    ['disperse', { data: 8 }, 'invalid: Invalid dispersion combination: 8+0'],
    ['disperse', { data: -8, redundancy: 2 }, 'invalid: Invalid dispersion combination: -8+2'],
  ])('%j with %j is refused: %s', (type, sent, text) => {
    expect(refusal(() => resolveDurability(type, { ...nothingSent, ...sent }))).toBe(text);
  });
});

describe('snapshots', () => {
  it.each([
    [false, 0, 1],
    [false, 77, 1],
    [true, 0, 1.5],
    [true, 1, 1],
    [true, 100, 100],
    [true, 1.3, 1.2999999523162842],
  ])('enabled %s with factor %d has factor %d', (enable, factor, kept) => {
    expect(resolveSnapshot({ enable, factor })).toEqual({ enable, factor: kept });
  });

  it.each([0.5, 0.99, 100.1, -1, 1e30])('refuse a factor of %d', (factor) => {
    expect(refusal(() => resolveSnapshot({ enable: true, factor }))).toBe('invalid: Invalid snapshot factor');
  });

  it.each([1, 1.1, 1.15, 1.3, 1.5, 99.99999, 16_777_217])('print %d as it was written', (factor) => {
    expect(Math.fround(shortestFloat32(Math.fround(factor)))).toBe(Math.fround(factor));
    if (factor < 100) expect(shortestFloat32(Math.fround(factor))).toBe(factor);
  });
});

describe('a volume request', () => {
  it('gets its defaults', () => {
    expect(validateVolumeRequest(good)).toEqual({
      durability: { type: 'none' },
      snapshot: { enable: false, factor: 1 },
    });
  });

  it('is refused for the first fault in this order', () => {
    const faults: readonly [Partial<VolumeRequest>, string][] = [
      [{ gid: -1 }, 'invalid: Bad group id less than zero'],
      [{ gid: 2_147_483_647 }, 'invalid: Bad group id equal or greater than 2**32'],
      [{ durabilityType: 'raid5' }, 'invalid: Unknown durability type'],
      [{ sizeGiB: 0 }, 'invalid: Invalid volume size'],
      [{ snapshot: { enable: true, factor: 0.5 } }, 'invalid: Invalid snapshot factor'],
      [
        { durabilityType: 'replicate', durabilityAsSent: { ...nothingSent, replica: 4 } },
        'invalid: Invalid replica value',
      ],
    ];
    faults.forEach(([, text], index) => {
      const from = faults.slice(index).reverse();
      const request = from.reduce((sum, [fault]) => ({ ...sum, ...fault }), good);
      expect(refusal(() => validateVolumeRequest(request))).toBe(text);
    });
  });

  it('takes the largest group id', () => {
    expect(() => validateVolumeRequest({ ...good, gid: 2_147_483_646 })).not.toThrow();
  });

  it('has to be large enough for its bricks', () => {
    const disperse: Durability = { type: 'disperse', data: 4, redundancy: 2 };
    expect(() => requireMinimumSize(disperse, 4, limits)).not.toThrow();
    expect(refusal(() => requireMinimumSize(disperse, 3, limits))).toBe(
      'invalid: Requested volume size (3 GB) is smaller than the minimum supported volume size (4194304)',
    );
  });
});
