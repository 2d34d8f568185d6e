import type { Burst, Life } from './burst.js';
import { percentile } from './percentile.js';

/** How much longer operations took, in ms; negative: they were faster. */
export interface AddedDelay {
  readonly operations: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

/**
 * What an interruption has added to the operations that were under way when it came. Each is compared with those that were
 * accepted in the same place of bursts without it, of which the middle one counts: the queue is first come, first served, so
 * all of them have the same ahead of them.
 */
export function addedDelayMs({ lives, middleAt }: Burst, calm: readonly Burst[]): number[] {
  return lives.flatMap((life, place) => {
    const others = calm.flatMap((each) => each.lives.slice(place, place + 1).map(durationMs));
    return life.endedAt <= middleAt ? [] : durationMs(life) - percentile(others, 0.5);
  });
}

export function summaryOf(addedMs: readonly number[]): AddedDelay {
  return {
    operations: addedMs.length,
    p50Ms: Math.round(percentile(addedMs, 0.5)),
    p99Ms: Math.round(percentile(addedMs, 0.99)),
    mostMs: Math.round(Math.max(...addedMs)),
  };
}

export const durationMs = ({ sentAt, endedAt }: Life): number => endedAt - sentAt;
