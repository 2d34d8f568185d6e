import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

const taken = (bucket: TokenBucket, nowMs: number, times: number): number =>
  Array.from({ length: times }, () => bucket.take(nowMs)).filter(Boolean).length;

describe('a token bucket', () => {
  it('lets a burst through, then as many as time has passed for', () => {
    const bucket = new TokenBucket({ burst: 100, perSecond: 10 });
    expect(taken(bucket, 0, 500)).toBe(100);
    expect(taken(bucket, 1_000, 500)).toBe(10);
    expect(taken(bucket, 1_050, 500)).toBe(0);
    expect(taken(bucket, 1_100, 500)).toBe(1);
  });

  it('holds no more than a burst, however long nothing came', () => {
    const bucket = new TokenBucket({ burst: 100, perSecond: 10 });
    taken(bucket, 0, 100);
    expect(taken(bucket, 3_600_000, 500)).toBe(100);
  });

  it('gives nothing for a clock that was set back', () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 });
    taken(bucket, 10_000, 2);
    expect(taken(bucket, 5_000, 1)).toBe(0);
    expect(taken(bucket, 6_000, 2)).toBe(1);
  });
});
