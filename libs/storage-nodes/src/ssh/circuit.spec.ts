import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Circuit } from './circuit.js';

let nowMs: number;
let circuit: Circuit;
beforeEach(() => {
  nowMs = 0;
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  circuit = new Circuit({ firstMs: 1000, longestMs: 8000 }, () => nowMs);
});

function fail(): void {
  circuit.begin();
  circuit.failed('gone', 'key');
}
const refusedAt = (timeMs: number, expected = 'key'): boolean => {
  nowMs = timeMs;
  return circuit.refusal(expected) !== null;
};

describe('the circuit of a node', () => {
  it('is closed until a connect fails', () => {
    circuit.begin();
    expect(refusedAt(0)).toBe(false);
    circuit.succeeded();
    expect(circuit.state).toBe('closed');
  });

  it('opens for a time that doubles with every failure, up to the longest', () => {
    const pauses: number[] = [];
    for (let failure = 0; failure < 6; failure += 1) {
      fail();
      const from = nowMs;
      expect(circuit.state).toBe('open');
      while (refusedAt(nowMs + 1));
      pauses.push(nowMs - from);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('lets one try when the time is over; the others are told why not, until it has got through', () => {
    fail();
    expect(refusedAt(1000)).toBe(false);
    circuit.begin();
    expect(circuit.state).toBe('half-open');
    expect(circuit.refusal('key')).toBe('gone');
    circuit.succeeded();
    expect(circuit.refusal('key')).toBeNull();
    fail();
    // It begins anew.
    expect(refusedAt(1999)).toBe(true);
    expect(refusedAt(2000)).toBe(false);
  });

  it('lets somebody try who expects another host key: that may have been what was wrong', () => {
    fail();
    expect(refusedAt(1, 'another key')).toBe(false);
    expect(refusedAt(1)).toBe(true);
  });
});
