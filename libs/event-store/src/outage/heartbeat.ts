import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** Between an answer and the next question. */
const PAUSE_MS = 500;
/** A server from which nothing has come for so long does not answer. With the pause before it: what the first to notice waits. */
export const SILENCE_MS = 2000;
/** A connection that is silent while others get answers is given up after this. */
const SILENCE_HERE_MS = 5 * SILENCE_MS;
const LOOK_MS = 100;

export interface Pulse {
  /** Asks one question. An error is an answer too: a connection that breaks is heard of elsewhere. */
  readonly ask: () => Promise<unknown>;
  /** What other connections to the same server have received so far. */
  readonly bytesElsewhere: () => number;
  /** Stops. */
  readonly signal: AbortSignal;
}

/**
 * Asks the other side of a connection over and over, until it falls silent: `everywhere`, or `here` where other connections still
 * receive something. null: stopped.
 */
export async function untilSilent(pulse: Pulse): Promise<'everywhere' | 'here' | null> {
  const { signal } = pulse;
  while (!signal.aborted) {
    const silence = await untilAnswer(pulse);
    if (silence !== null) return silence;
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return null;
}

async function untilAnswer({ ask, bytesElsewhere, signal }: Pulse): Promise<'everywhere' | 'here' | null> {
  const answer = ask().then(
    () => true,
    () => true,
  );
  const asked = performance.now();
  let life = { bytes: bytesElsewhere(), at: asked };
  for (;;) {
    if ((await Promise.race([answer, nextLook(signal)])) || signal.aborted) return null;
    const now = performance.now();
    const bytes = bytesElsewhere();
    if (bytes !== life.bytes) life = { bytes, at: now };
    if (now - life.at >= SILENCE_MS) return 'everywhere';
    if (now - asked >= SILENCE_HERE_MS) return 'here';
  }
}

/** A process that was busy itself finds the timer due before it has read what came meanwhile: it gets two turns to do so. */
async function nextLook(signal: AbortSignal): Promise<false> {
  await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  await nextTurn();
  await nextTurn();
  return false;
}
