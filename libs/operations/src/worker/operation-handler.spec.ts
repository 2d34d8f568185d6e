import { silentLogger, systemClock } from '#kernel';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptDueAt } from '../dispatch/attempt.js';
import { dueOperations, queuedAgain, type Seen } from '../dispatch/due-operations.js';
import type { OperationQueue } from '../queue/operation-queue.js';
import { defaultRunnerSettings } from '../run/settings.js';
import { OperationHandler, type HandlerParts } from './operation-handler.js';

const MINUTE_MS = 60_000;
const never = new AbortController().signal;

/** Of a run whose node cannot be reached: it is tried four times. */
const RUN_MS = 3500;

/** Time passes only here. A job whose number was there before is none, as in BullMQ. */
class SimulatedQueue implements Pick<OperationQueue, 'add'> {
  nowMs = 0;
  readonly #known = new Set<number>();
  #waiting: { readonly atMs: number; readonly operationId: string }[] = [];

  add(operationId: string, { attempt, delayMs = 0 }: { attempt: number; delayMs?: number }): Promise<void> {
    if (!this.#known.has(attempt)) this.#waiting.push({ atMs: this.nowMs + delayMs, operationId });
    this.#known.add(attempt);
    return Promise.resolve();
  }

  /** Those whose time has come. */
  take(): string[] {
    const due = this.#waiting.filter(({ atMs }) => atMs <= this.nowMs);
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > this.nowMs);
    return due.map(({ operationId }) => operationId);
  }
}

it('an operation that goes on for ever is tried once in its pause, however many ask for it', async () => {
  const queue = new SimulatedQueue();
  const runs: number[] = [];
  const isRunning = (): boolean => queue.nowMs < (runs.at(-1) ?? -RUN_MS) + RUN_MS;
  const ends: (() => void)[] = [];
  // A cleanup whose node has been away for long: its runs leave nothing on record.
  const cleanup = { operationId: 'cleanup', resources: ['volume/v'], attempt: 8, acceptedAt: new Date(0) };
  const handler = new OperationHandler({
    runner: {
      run: async () => {
        const { resources, attempt } = cleanup;
        if (isRunning()) return { outcome: 'busy', resources, attempt };
        runs.push(queue.nowMs);
        await new Promise<void>((end) => ends.push(end));
        return { outcome: 'retry', resources, attempt };
      },
    },
    queue: queue as unknown as OperationQueue,
    queries: {
      mayStart: (ids) => Promise.resolve(new Set(ids)),
      waitsBehind: () => Promise.resolve(null),
      nextInLanes: () => Promise.resolve([]),
    },
    logger: silentLogger,
    clock: { now: () => new Date(queue.nowMs) },
    settings: defaultRunnerSettings,
    bulkhead: null,
    stopNow: never,
  });
  const { retryMs, retryLimitMs } = defaultRunnerSettings;
  const settings = { graceMs: 2000, retryMs, retryLimitMs };
  let seen: ReadonlyMap<string, Seen> = new Map();
  for (; queue.nowMs < 60 * MINUTE_MS; queue.nowMs += 500) {
    if (!isRunning()) for (const end of ends.splice(0)) end();
    await settled();
    const held = new Set(isRunning() ? cleanup.resources : []);
    const found = dueOperations([cleanup], held, seen, { nowMs: queue.nowMs, queueIsEmpty: false }, settings);
    for (const id of found.due) {
      await queue.add(id, { attempt: attemptDueAt(queue.nowMs) });
      const known = found.seen.get(id);
      if (known !== undefined) found.seen.set(id, queuedAgain(known, queue.nowMs));
    }
    seen = found.seen;
    for (const id of queue.take()) void handler.handle(id, never, () => undefined);
    await settled();
  }
  const lastMinutes = runs.filter((time) => time >= 50 * MINUTE_MS);
  expect(lastMinutes.length).toBeGreaterThanOrEqual(9);
  expect(lastMinutes.length).toBeLessThanOrEqual(14);
});

/** Everything that could go on has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a job of an operation', () => {
  const run = vi.fn<HandlerParts['runner']['run']>();
  const add = vi.fn<HandlerParts['queue']['add']>();
  const info = vi.fn();
  const leave = vi.fn();
  const letGo = (): void => undefined;
  const behind = { operationId: 'first', kind: 'volume-create', status: 'running', resource: 'volume/v' } as const;

  beforeEach(() => {
    vi.resetAllMocks();
    run.mockResolvedValue({ outcome: 'finished', resources: ['volume/v'], attempt: 1 });
  });

  /** @param turn whether it is the operation's turn in its lanes @param room whether the bulkhead lets it in */
  const handle = async ({ turn = true, room = true, waits = true } = {}): Promise<void> => {
    const logger = { debug: vi.fn(), info, warn: vi.fn(), error: vi.fn() };
    const handler = new OperationHandler({
      runner: { run },
      queue: { add, work: vi.fn(), close: vi.fn(), depth: vi.fn(), trouble: () => null, onBack: () => letGo },
      queries: {
        mayStart: (ids) => Promise.resolve(new Set(turn ? ids : [])),
        nextInLanes: () => Promise.resolve(['next']),
        waitsBehind: () => Promise.resolve(waits ? behind : null),
      },
      bulkhead: { enter: () => Promise.resolve(room ? leave : null) },
      logger,
      clock: systemClock,
      settings: defaultRunnerSettings,
      stopNow: never,
    });
    await handler.handle('op', never, letGo);
  };

  it('whose turn it is: it runs, and those behind it are asked for', async () => {
    await handle();
    expect(run).toHaveBeenCalledOnce();
    expect(leave).toHaveBeenCalledOnce();
    expect(add.mock.calls.map(([id]) => id)).toEqual(['next']);
  });

  it('whose run fails: it leaves the bulkhead all the same', async () => {
    run.mockRejectedValue(new Error('database away'));
    await expect(handle()).rejects.toThrow('database away');
    expect(leave).toHaveBeenCalledOnce();
  });

  it('that waits in a lane: it says what for, and is left to whoever ends that', async () => {
    await handle({ turn: false });
    expect(info.mock.calls).toEqual([[{ operationId: 'op', waitsFor: behind }, 'operation waits for its turn']]);
    expect(run).not.toHaveBeenCalled();
    expect(add).not.toHaveBeenCalled();
  });

  it('that is over: nothing is said', async () => {
    await handle({ turn: false, waits: false });
    expect(info).not.toHaveBeenCalled();
  });

  it('that has to stay outside: it neither runs nor goes round in the queue', async () => {
    await handle({ room: false });
    expect(run).not.toHaveBeenCalled();
    expect(add).not.toHaveBeenCalled();
  });
});
