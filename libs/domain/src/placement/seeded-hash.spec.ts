import { expect, it } from 'vitest';
import { seededHash } from './seeded-hash.js';

it('spreads ids evenly and differently for every seed', () => {
  const ids = Array.from({ length: 4000 }, (_, index) => `device-${index.toString()}`);
  const first = new Map<number, number>();
  for (const id of ids) {
    const bucket = seededHash('a', id) % 8;
    first.set(bucket, (first.get(bucket) ?? 0) + 1);
  }
  expect(Math.min(...first.values())).toBeGreaterThan(400);
  expect(ids.filter((id) => seededHash('a', id) === seededHash('b', id)).length).toBeLessThan(3);
  expect(seededHash('a', 'x')).toBe(seededHash('a', 'x'));
});
