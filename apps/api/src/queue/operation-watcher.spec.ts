import { setImmediate as turn } from 'node:timers/promises';
import type { OperationState } from '#domain';
import { silentLogger } from '#kernel';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiDependencies } from '../dependencies.js';
import { Drain } from '../drain/drain.js';
import { OperationWatcher } from './operation-watcher.js';

type Status = OperationState['status'];

/** A watcher on statuses that the test sets; answers to its questions come when the test says so. */
function setUp(initial: Record<string, Status>) {
  const statuses = new Map(Object.entries(initial));
  const asked: string[][] = [];
  const answers: (() => void)[] = [];
  let wake = (): void => undefined;
  let subscribed = true;
  const drain = new Drain();
  const dependencies = {
    logger: silentLogger,
    queries: {
      operationStatuses: (ids: readonly string[]) =>
        new Promise<Map<string, Status>>((resolve) => {
          asked.push([...ids]);
          answers.push(() => resolve(new Map(statuses)));
        }),
    },
    onAppend: (listener: () => void) => {
      wake = listener;
      return () => (subscribed = false);
    },
  } as unknown as ApiDependencies;
  const watcher = new OperationWatcher(dependencies, drain);
  const answer = async (): Promise<void> => {
    answers.shift()?.();
    await turn();
  };
  return { watcher, drain, statuses, asked, answer, wake: () => wake(), isSubscribed: () => subscribed };
}

const never = new AbortController().signal;
const open: OperationWatcher[] = [];
afterEach(() => open.splice(0).forEach((watcher) => watcher.onModuleDestroy()));

describe('waiting for the end of operations', () => {
  it('asks once for everybody, however often it is woken meanwhile', async () => {
    const { watcher, asked, answer, wake, statuses } = setUp({ a: 'running', b: 'running' });
    open.push(watcher);
    const all = Promise.all([
      watcher.waitForEnd('a', 60_000, never),
      watcher.waitForEnd('b', 60_000, never),
      watcher.waitForEnd('b', 60_000, never),
    ]);
    for (let i = 0; i < 100; i++) wake();
    expect(asked).toEqual([['a']]);
    await answer();
    expect(asked).toEqual([['a'], ['a', 'b']]);
    statuses.set('a', 'succeeded').set('b', 'failed');
    await answer();
    await all;
    expect(watcher.size).toBe(0);
    expect(asked.length).toBe(2);
  });

  it('notices an end between the look and the wait', async () => {
    const { watcher, answer } = setUp({ a: 'succeeded' });
    open.push(watcher);
    const waiting = watcher.waitForEnd('a', 60_000, never);
    await answer();
    await waiting;
    expect(watcher.size).toBe(0);
  });

  it('lets go after the time', async () => {
    const { watcher } = setUp({ a: 'running' });
    open.push(watcher);
    await watcher.waitForEnd('a', 5, never);
    expect(watcher.size).toBe(0);
  });

  it('lets go of clients that are gone', async () => {
    const { watcher } = setUp({ a: 'running' });
    open.push(watcher);
    const gone = new AbortController();
    const waiting = watcher.waitForEnd('a', 60_000, gone.signal);
    expect(watcher.size).toBe(1);
    gone.abort();
    await waiting;
    expect(watcher.size).toBe(0);
    await watcher.waitForEnd('a', 60_000, gone.signal);
  });

  it('lets everybody go, now and later, when the server is about to stop', async () => {
    const { watcher, drain } = setUp({ a: 'running' });
    open.push(watcher);
    const waiting = watcher.waitForEnd('a', 60_000, never);
    drain.begin();
    await waiting;
    await watcher.waitForEnd('a', 60_000, never);
    expect(watcher.size).toBe(0);
  });

  it('lets everybody go when the server stops', async () => {
    const { watcher, isSubscribed } = setUp({ a: 'running' });
    const waiting = watcher.waitForEnd('a', 60_000, never);
    watcher.onModuleDestroy();
    await waiting;
    expect(isSubscribed()).toBe(false);
  });
});
