import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reason } from '#kernel';
import { cappedReasons } from './capped-reasons.js';

const devices = (count: number): Reason[] =>
  Array.from({ length: count }, (_, nth) => ({ rule: 'space', detail: `device ${nth} is full` }));

const { tree } = fc.letrec<{ tree: Reason }>((tie) => ({
  tree: fc.record(
    {
      rule: fc.constantFrom('space', 'zone', 'tag'),
      detail: fc.string(),
      because: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
    },
    { requiredKeys: ['rule', 'detail'] },
  ),
}));

const all = (reasons: readonly Reason[]): Reason[] =>
  reasons.flatMap((reason) => [reason, ...all(reason.because ?? [])]);

describe('reasons', () => {
  it('stay as they are where they are few', () => {
    const reasons = [{ rule: 'cluster', detail: 'c', because: devices(20) }];
    expect(cappedReasons(reasons)).toEqual({ reasons, further: {} });
  });

  it('keep what they say to programs', () => {
    const reasons = [{ rule: 'remedy', detail: '5 GiB fit', values: { kind: 'size', sizeGiB: 5 } }];
    expect(cappedReasons(reasons).reasons).toEqual(reasons);
  });

  it('keep every cluster and count the devices that are too many', () => {
    const reasons = ['a', 'b', 'c'].map((detail) => ({ rule: 'cluster', detail, because: devices(1000) }));
    const capped = cappedReasons(reasons);
    expect(capped.reasons.map(({ detail }) => detail)).toEqual(['a', 'b', 'c']);
    expect(all(capped.reasons)).toHaveLength(300);
    expect(capped.further).toEqual({ space: 2703 });
  });

  it('are all kept or counted, whatever the tree', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 5 }), fc.integer({ min: 0, max: 30 }), (reasons, most) => {
        const { reasons: kept, further } = cappedReasons(reasons, most);
        const counted = Object.values(further).reduce((sum, count) => sum + count, 0);
        expect(all(kept).length + counted).toBe(all(reasons).length);
        expect(all(kept).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('are cut where one is endless', () => {
    expect(cappedReasons([{ rule: 'r', detail: 'x'.repeat(10_000) }]).reasons[0]?.detail).toHaveLength(301);
  });
});
