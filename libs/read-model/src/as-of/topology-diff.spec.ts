import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffOfKind, topologyDiff } from './topology-diff.js';

const object = fc.record({
  id: fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e'),
  size: fc.nat(2),
  tags: fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(1)),
});
const objects = fc.uniqueArray(object, { selector: ({ id }) => id });
type Objects = { id: string; size: number; tags: Record<string, number> }[];

describe('a diff', () => {
  it('leads from the one to the other', () => {
    fc.assert(
      fc.property(objects, objects, (before, after) => {
        const { added, removed, changed } = diffOfKind<Objects[number]>(before, after);
        const result = new Map(before.map((one) => [one.id, one]));
        for (const { id } of removed) expect(result.delete(id)).toBe(true);
        for (const { id, before: was, after: is } of changed) {
          expect(result.get(id)).toEqual(was);
          result.set(id, is);
        }
        for (const one of added) result.set(one.id, one);
        const sorted = (all: Iterable<{ id: string }>): { id: string }[] =>
          [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(sorted(result.values())).toEqual(sorted(after));
      }),
    );
  });

  it('of the same is empty, whatever was left out of both', () => {
    fc.assert(
      fc.property(objects, (same) => {
        expect(topologyDiff({ nodes: structuredClone(same) }, { nodes: structuredClone(same) })).toEqual({
          nodes: { added: [], removed: [], changed: [] },
        });
      }),
    );
  });

  it('names the fields that differ, in order, also inside of values', () => {
    const before = [{ id: 'a', tags: { x: 1 }, size: 1, same: [] }];
    const after = [{ id: 'a', tags: { x: 2 }, size: 2, same: [] }];
    expect(diffOfKind(before, after).changed).toEqual([
      { id: 'a', fields: ['size', 'tags'], before: before[0], after: after[0] },
    ]);
  });

  it('the other way round gives what came as what went', () => {
    fc.assert(
      fc.property(objects, objects, (before, after) => {
        const [there, back] = [diffOfKind<Objects[number]>(before, after), diffOfKind<Objects[number]>(after, before)];
        expect(back.added).toEqual(there.removed);
        expect(back.removed).toEqual(there.added);
        expect(back.changed.map(({ id, fields }) => ({ id, fields }))).toEqual(
          there.changed.map(({ id, fields }) => ({ id, fields })),
        );
      }),
    );
  });
});
