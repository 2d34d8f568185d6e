import { silentLogger } from '#kernel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bulkhead } from './bulkhead.js';

const LOOK_MS = 500;

const suspects = new Set<string>();
const health = {
  isSuspect: (nodeId: string) => suspects.has(nodeId),
  conditions: () =>
    [...suspects].map((nodeId) => ({ nodeId, host: nodeId, suspicion: 'silent' as const, circuit: 'closed' as const })),
};
let bulkhead: Bulkhead;
let asked: string[];
const released: string[] = [];
const calledIn: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  suspects.clear();
  released.length = 0;
  calledIn.length = 0;
  asked = [];
  // Operations are named NODE/NUMBER after the node that they need.
  const nodesOf = (id: string): Promise<string[]> => {
    asked.push(id);
    return id.startsWith('?') ? Promise.reject(new Error('database away')) : Promise.resolve([id.split('/')[0] ?? '']);
  };
  const callIn = (id: string): number => calledIn.push(id);
  bulkhead = new Bulkhead({ health, nodesOf, callIn, concurrency: 8, logger: silentLogger });
});
afterEach(() => {
  vi.useRealTimers();
});

const enter = (id: string): Promise<(() => void) | null> => bulkhead.enter(id, () => released.push(id));
const many = (node: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${node}/${n}`);
const admitted = async (ids: readonly string[]): Promise<string[]> => {
  const leaves = await Promise.all(ids.map(enter));
  return ids.filter((_id, at) => leaves[at] !== null);
};
const look = async (): Promise<string[]> => {
  calledIn.length = 0;
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  return [...calledIn];
};

describe('operations on nodes that do not answer', () => {
  it('may take a quarter of the places, in the order of coming; the others are for everybody else', async () => {
    suspects.add('dead');
    expect(await admitted(many('dead', 6))).toEqual(['dead/0', 'dead/1']);
    expect(await admitted(many('well', 6))).toHaveLength(6);
    expect(await look()).toEqual([]);
    expect(bulkhead.counts()).toEqual({ putBack: 4, outside: 4, withoutPlace: 0 });
  });

  it('are called in one by one as those before them end, in the order of coming', async () => {
    suspects.add('dead');
    const [first, second] = await Promise.all(many('dead', 5).map(enter));
    first?.();
    expect(await look()).toEqual(['dead/2']);
    expect(await enter('dead/2')).not.toBeNull();
    expect(await look()).toEqual([]);
    second?.();
    expect(await look()).toEqual(['dead/3']);
  });

  it('are called in all at once when the node answers again', async () => {
    suspects.add('dead');
    await admitted(many('dead', 5));
    suspects.clear();
    expect(await look()).toEqual(['dead/2', 'dead/3', 'dead/4']);
    expect(await admitted(calledIn)).toHaveLength(3);
    expect(bulkhead.counts()).toMatchObject({ putBack: 3, outside: 0 });
  });

  it('wait outside once, however often somebody else asks for them', async () => {
    suspects.add('dead');
    await admitted(many('dead', 3));
    expect(await admitted(['dead/2', 'dead/2'])).toEqual([]);
    expect(bulkhead.counts()).toMatchObject({ putBack: 1, outside: 1 });
  });

  it('are let in, one a node, where nobody would notice otherwise that the node is back', async () => {
    suspects.add('dead').add('gone');
    await admitted(many('dead', 4));
    expect(await admitted(many('gone', 3))).toEqual(['gone/0']);
    suspects.delete('gone');
    expect(await look()).toEqual(['gone/1', 'gone/2']);
  });

  it('that were under way before give back their places, all but a quarter, and go on', async () => {
    await admitted([...many('dying', 6), ...many('well', 2)]);
    expect(asked).toEqual([]);
    suspects.add('dying');
    await look();
    expect(released).toEqual(['dying/2', 'dying/3', 'dying/4', 'dying/5']);
    expect(bulkhead.counts()).toMatchObject({ withoutPlace: 4 });
    expect(await enter('dying/9')).toBeNull();
    await look();
    expect(released).toHaveLength(4);
  });

  it('never go on without a place in greater numbers than there are places', async () => {
    for (let wave = 0; wave < 5; wave += 1) {
      suspects.clear();
      await admitted(many(`node${wave}`, 8));
      for (let n = 0; n <= wave; n += 1) suspects.add(`node${n}`);
      await look();
    }
    expect(released).toHaveLength(8);
  });

  it('are let in where it cannot be found out which nodes they need', async () => {
    suspects.add('dead');
    expect(await admitted([...many('dead', 3), '?/1'])).toEqual(['dead/0', 'dead/1', '?/1']);
  });
});

it('keeps no timer when nothing runs and nothing waits', async () => {
  const leave = await enter('well/1');
  expect(vi.getTimerCount()).toBe(1);
  leave?.();
  expect(vi.getTimerCount()).toBe(0);
  suspects.add('dead');
  const leaves = await Promise.all(many('dead', 3).map(enter));
  for (const each of leaves) each?.();
  expect(vi.getTimerCount()).toBe(1);
  bulkhead.close();
  expect(vi.getTimerCount()).toBe(0);
});
