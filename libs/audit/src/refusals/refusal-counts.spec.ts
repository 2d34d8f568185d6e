import { describe, expect, it } from 'vitest';
import { systemAttribution } from '#kernel';
import type { Refusal } from './refusal.js';
import { RefusalCounts } from './refusal-counts.js';

const refusal = (nth: number, given: Partial<Refusal> = {}): Refusal => ({
  at: new Date(nth),
  stage: 'door',
  attribution: { ...systemAttribution('unknown', 'r'), sourceAddress: '10.0.0.1' },
  method: 'GET',
  path: '/volumes',
  status: 401,
  text: 'Unknown user',
  reasons: [],
  claimedIssuer: null,
  ...given,
});

describe('counts of refused requests', () => {
  it('tell kinds apart, the most frequent first, and begin anew', () => {
    const counts = new RefusalCounts();
    expect(counts.take()).toBeNull();
    counts.add(refusal(1_000, { text: 'No space', status: 500, stage: 'change' }));
    for (let nth = 0; nth < 3; nth += 1) counts.add(refusal(2_000 + nth));
    expect(counts.take()).toEqual({
      since: '1970-01-01T00:00:01.000Z',
      until: '1970-01-01T00:00:02.002Z',
      count: 4,
      kinds: [
        { stage: 'door', status: 401, text: 'Unknown user', sourceAddress: '10.0.0.1', count: 3 },
        { stage: 'change', status: 500, text: 'No space', sourceAddress: '10.0.0.1', count: 1 },
      ],
    });
    expect(counts.take()).toBeNull();
  });

  it('stay small in a flood from everywhere that says everything', () => {
    const counts = new RefusalCounts();
    for (let nth = 0; nth < 10_000; nth += 1) {
      const attribution = { ...systemAttribution('unknown', 'r'), sourceAddress: `10.0.0.${nth}` };
      counts.add(refusal(nth, { attribution, text: `text ${nth}`, status: 400 + (nth % 5) }));
    }
    const taken = counts.take();
    expect(taken?.count).toBe(10_000);
    expect(taken?.kinds.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    expect(taken?.kinds.length).toBeLessThanOrEqual(60);
    expect(taken?.kinds[0]?.text).toBe('others');
  });
});
