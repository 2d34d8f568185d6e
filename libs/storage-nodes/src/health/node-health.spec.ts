import { beforeEach, describe, expect, it } from 'vitest';
import { ObservedHealth } from './node-health.js';

const node = { nodeId: 'n1', manageHost: 'one' };
let nowMs: number;
let health: ObservedHealth;

beforeEach(() => {
  nowMs = 0;
  health = new ObservedHealth(
    1000,
    () => 'closed',
    () => nowMs,
  );
});

const suspectAt = (timeMs: number): boolean => {
  nowMs = timeMs;
  return health.isSuspect('n1');
};

describe('a node is suspect', () => {
  it('once it has answered none of its commands for too long, until it answers one', () => {
    const first = health.sent(node);
    expect([suspectAt(1000), suspectAt(1001)]).toEqual([false, true]);
    const second = health.sent(node);
    second('answered');
    expect([suspectAt(2001), suspectAt(2002)]).toEqual([false, true]);
    first('answered');
    expect(suspectAt(9000)).toBe(false);
  });

  it('not while it is slow with one command and answers others', () => {
    health.sent(node);
    for (let time = 500; time <= 5000; time += 500) {
      const other = health.sent(node);
      expect(suspectAt(time)).toBe(false);
      other('answered');
    }
  });

  it('after a command that brought no answer, until it answers one', () => {
    health.sent(node)('silent');
    expect(suspectAt(60_000)).toBe(true);
    health.sent(node)('unknown');
    expect(suspectAt(60_000)).toBe(true);
    health.sent(node)('answered');
    expect(suspectAt(60_000)).toBe(false);
  });

  it('where somebody has stopped waiting for it, only if it had been silent for too long', () => {
    const early = health.sent(node);
    nowMs = 900;
    early('unknown');
    expect(suspectAt(5000)).toBe(false);
    const late = health.sent(node);
    nowMs = 6001;
    late('unknown');
    expect(suspectAt(6001)).toBe(true);
  });

  it('alone: others are not, and are not known', () => {
    health.sent(node)('unreachable');
    expect(health.isSuspect('n2')).toBe(false);
    expect(health.conditions()).toEqual([{ nodeId: 'n1', host: 'one', suspicion: 'unreachable', circuit: 'closed' }]);
  });

  it('for a reason: it could not be connected to, or takes commands and does not answer', () => {
    const reason = (): unknown => health.conditions()[0]?.suspicion;
    const hanging = health.sent(node);
    expect(reason()).toBeNull();
    nowMs = 1001;
    expect(reason()).toBe('silent');
    hanging('unreachable');
    expect(reason()).toBe('unreachable');
    health.sent(node)('silent');
    expect(reason()).toBe('silent');
  });

  it('until nobody has asked it anything for an hour', () => {
    const slow = health.sent(node);
    expect(suspectAt(3_600_001)).toBe(true);
    expect(health.conditions()).toHaveLength(1);
    slow('silent');
    expect(health.conditions()).toEqual([]);
    expect(health.isSuspect('n1')).toBe(false);
  });
});
