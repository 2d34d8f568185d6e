import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '#test/http-client';
import { OutOfPatience } from './client.js';

const PAUSE_MS = 100;
const PATIENCE_MS = 120_000;
const UNFINISHED = /^brickyard_operations\{.*\} (\d+)$/gm;

/**
 * Resolves when no operation is under way: one whose 202 was lost has nobody who follows it. A database that is away is waited for.
 * @throws OutOfPatience
 */
export async function untilIdle(base: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { body } = await ask(base, 'GET', '/metrics', { as: 'none' });
    const counts = [...body.matchAll(UNFINISHED)].map(([, count]) => Number(count));
    if (/^heketi_up 1$/m.test(body) && counts.every((count) => count === 0)) return;
    if (performance.now() > deadline) throw new OutOfPatience(`operations do not end: ${counts.join(' + ')}`);
    await delay(PAUSE_MS);
  }
}
