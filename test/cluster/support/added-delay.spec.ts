import { describe, expect, it } from 'vitest';
import { addedDelayMs, summaryOf } from './added-delay.js';
import type { Burst } from './burst.js';

const burst = (middleAt: number, ...endedAt: number[]): Burst => ({
  middleAt,
  lives: endedAt.map((end) => ({ sentAt: 0, acceptedAt: 1, endedAt: end })),
});

describe('the added delay', () => {
  it('is that of the operations which had not ended, each against its like', () => {
    const added = addedDelayMs(burst(10, 9, 25, 30, 140), [burst(10, 8, 20, 30, 40)]);
    expect(added).toEqual([5, 0, 100]);
    expect(summaryOf(added)).toEqual({ operations: 3, p50Ms: 5, p99Ms: 100, mostMs: 100 });
  });

  it('shows one that was left to the end, although another took its place', () => {
    expect(addedDelayMs(burst(0, 20, 10), [burst(0, 10, 20)])).toEqual([10, -10]);
  });

  it('is taken against the middle one of several calm bursts', () => {
    expect(addedDelayMs(burst(0, 20), [burst(0, 11), burst(0, 90), burst(0, 10)])).toEqual([9]);
  });

  it('is negative where operations were faster', () => {
    expect(summaryOf(addedDelayMs(burst(0, 5), [burst(0, 7)]))).toMatchObject({ p99Ms: -2, mostMs: -2 });
  });
});
