import { expect, it } from 'vitest';
import { between, pickWeighted, seeded } from './random.js';

it('repeats itself for the same seed, and for no other', () => {
  const ten = (seed: number): number[] => Array.from({ length: 10 }, seeded(seed));
  expect(ten(7)).toEqual(ten(7));
  expect(ten(7)).not.toEqual(ten(8));
  expect(ten(7).every((value) => value >= 0 && value < 1)).toBe(true);
});

it('picks by weight, within the bounds', () => {
  const random = seeded(1);
  const picks = Array.from({ length: 4000 }, () =>
    pickWeighted(random, [
      [3, 'often'],
      [1, 'seldom'],
      [0, 'never'],
    ]),
  );
  const share = picks.filter((each) => each === 'often').length / picks.length;
  expect(picks).not.toContain('never');
  expect(share).toBeGreaterThan(0.7);
  expect(share).toBeLessThan(0.8);
  const bounded = new Set(Array.from({ length: 200 }, () => between(random, 2, 4)));
  expect(bounded).toEqual(new Set([2, 3, 4]));
});
