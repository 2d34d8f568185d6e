import type { UnfinishedOperation } from '#read-model';
import { describe, expect, it } from 'vitest';
import { dueOperations, queuedAgain, type Present, type Seen } from './due-operations.js';

const settings = { graceMs: 2000, retryMs: 1000, retryLimitMs: 8000 };
const nowMs = 1_000_000;
const nobody: ReadonlySet<string> = new Set();

const now = (laterMs: number): Present => ({ nowMs: nowMs + laterMs, queueIsEmpty: false });

function operation(operationId: string, over: Partial<UnfinishedOperation> = {}): UnfinishedOperation {
  return { operationId, resources: [`volume/${operationId}`], attempt: 0, acceptedAt: new Date(0), ...over };
}

function afterQueueing(due: readonly string[], seen: ReadonlyMap<string, Seen>, time: number): Map<string, Seen> {
  return new Map([...seen].map(([id, known]) => [id, due.includes(id) ? queuedAgain(known, time) : known]));
}

/** What is due as time goes by, and nothing else happens. */
function dueOverTime(
  unfinished: readonly UnfinishedOperation[],
  times: readonly number[],
  queueIsEmpty = false,
): string[][] {
  let seen: ReadonlyMap<string, Seen> = new Map();
  return times.map((time) => {
    const result = dueOperations(unfinished, nobody, seen, { nowMs: time, queueIsEmpty }, settings);
    seen = afterQueueing(result.due, result.seen, time);
    return result.due;
  });
}

describe('an operation is due', () => {
  it('once its first hint has had its time', () => {
    const accepted = operation('a', { acceptedAt: new Date(nowMs) });
    expect(dueOverTime([accepted], [nowMs + 500, nowMs + 1999, nowMs + 2000])).toEqual([[], [], ['a']]);
  });

  it('at first sight where it was left by somebody: who knows for how long', () => {
    expect(dueOverTime([operation('a', { attempt: 3 })], [nowMs])).toEqual([['a']]);
  });

  it('again after a pause that grows with its attempts, up to the limit', () => {
    const times = [0, 2000, 3999, 4000, 8000].map((ms) => nowMs + ms);
    expect(dueOverTime([operation('a', { attempt: 3 })], times, true)).toEqual([['a'], [], [], ['a'], ['a']]);
    const late = [0, 7999, 8000].map((ms) => nowMs + ms);
    expect(dueOverTime([operation('a', { attempt: 50 })], late)).toEqual([['a'], [], ['a']]);
  });

  it('at growing distances while the queue is long: its hint waits there', () => {
    const times = [2000, 5999, 6000, 13_999, 14_000].map((ms) => ms);
    const accepted = operation('a', { acceptedAt: new Date(0) });
    expect(dueOverTime([accepted], times)).toEqual([['a'], [], ['a'], [], ['a']]);
    expect(dueOverTime([accepted], [2000, 4000, 6000], true)).toEqual([['a'], ['a'], ['a']]);
  });

  it('not before its pause when it was handed back a moment ago', () => {
    const first = dueOperations([operation('a', { attempt: 1 })], new Set(['volume/a']), new Map(), now(0), settings);
    expect(first.due).toEqual([]);
    const back = dueOperations([operation('a', { attempt: 2 })], nobody, first.seen, now(100), settings);
    expect(back.due).toEqual([]);
    expect(dueOperations([operation('a', { attempt: 2 })], nobody, back.seen, now(2100), settings).due).toEqual(['a']);
  });

  it('not while somebody holds one of its resources', () => {
    const held = new Set(['peers/c']);
    const waiting = operation('a', { resources: ['node/a', 'peers/c'] });
    expect(dueOperations([waiting], held, new Map(), now(0), settings).due).toEqual([]);
  });
});

it('what has ended is forgotten', () => {
  const { seen } = dueOperations([operation('a')], nobody, new Map(), now(0), settings);
  expect([...dueOperations([], nobody, seen, now(0), settings).seen.keys()]).toEqual([]);
});
