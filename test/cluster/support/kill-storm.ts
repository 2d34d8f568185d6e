import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from './program.js';
import { between, pick, type Random } from './random.js';

export interface Storm {
  readonly victims: readonly Program[];
  /** Least and most time between two kills. */
  readonly pauseMs: readonly [number, number];
  /** Goes on beyond the time until so many were killed: a machine may be slow. */
  readonly leastKills: number;
}

/** How many processes may be dead or starting at a time: the rest of the product goes on. */
const MOST_DOWN = 2;

/**
 * Kills a random process every few seconds, without a word, and starts it again at once. Resolves to the number of kills when
 * the time is up and all are ready.
 */
export async function killStorm(storm: Storm, random: Random, timeUp: AbortSignal): Promise<number> {
  const starting: Promise<void>[] = [];
  let kills = 0;
  while (!timeUp.aborted || kills < storm.leastKills) {
    await delay(between(random, ...storm.pauseMs));
    const victim = pick(
      random,
      storm.victims.filter((each) => each.isReady),
    );
    if (victim !== undefined) {
      await victim.end('SIGKILL');
      kills += 1;
      const started = victim.start();
      // Waited for below; not before the pause is over.
      started.catch(() => undefined);
      starting.push(started);
    }
    if (starting.length >= MOST_DOWN) await starting.shift();
  }
  await Promise.all(starting);
  return kills;
}
