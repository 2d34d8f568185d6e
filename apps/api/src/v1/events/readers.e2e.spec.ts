import { setTimeout as delay } from 'node:timers/promises';
import { eventIdsAfter, settledEnd } from '#test/event-ids';
import { EventReader } from '#test/event-reader';
import { appendRestlessly, appendSlowly } from '#test/restless-writers';
import { startSystem, type TestSystem } from '#test/system';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Api } from '../../create-api.js';

const READERS = 6;
const WRITERS = 6;
const TRANSACTIONS = 40;

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ worker: null });
});
afterAll(() => system.close());

const pick = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!;

it('are told every event once and in order, whoever is killed, and in whatever order transactions commit', async () => {
  const db = await system.database.connect('app', WRITERS + 2);
  const begin = await settledEnd(db);
  const replicas: { base: string; api: Api }[] = [];
  for (let n = 0; n < 3; n += 1) replicas.push(await system.replica());
  const readers = Array.from({ length: READERS }, () => new EventReader(begin, () => replicas.map(({ base }) => base)));
  const done = new AbortController();
  const reading = readers.map((reader) => reader.run(done.signal));

  const written = new AbortController();
  const killing = [
    (async () => {
      while (!written.signal.aborted) {
        await delay(20 + Math.random() * 100);
        pick(readers).kill();
      }
    })(),
    (async () => {
      while (!written.signal.aborted) {
        await delay(300 + Math.random() * 500);
        const [victim] = replicas.splice(Math.floor(Math.random() * replicas.length), 1);
        victim?.api.app.getHttpServer().closeAllConnections();
        await victim?.api.close(0);
        replicas.push(await system.replica());
      }
    })(),
  ];
  try {
    const writers = Array.from({ length: WRITERS }, () => appendRestlessly(db, TRANSACTIONS));
    await delay(200);
    await Promise.all([...writers, appendSlowly(db, 3000)]);
  } finally {
    written.abort();
    await Promise.all(killing);
  }
  const end = await settledEnd(db);
  const expected = await eventIdsAfter(db, begin);
  expect(expected.at(-1)).toBe(end);
  await expect.poll(() => readers.every(({ seen }) => seen.at(-1) === end), { timeout: 30_000 }).toBe(true);
  done.abort();
  await Promise.all(reading);
  for (const { seen } of readers) expect(seen).toEqual(expected);
  // Else nothing was proven.
  expect(expected.length).toBeGreaterThan(WRITERS * TRANSACTIONS);
  expect(Math.min(...readers.map(({ lives }) => lives))).toBeGreaterThan(3);
});
