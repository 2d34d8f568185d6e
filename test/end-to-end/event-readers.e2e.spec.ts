import { setTimeout as delay } from 'node:timers/promises';
import { migrateQueue } from '#operations';
import { freshDatabase, type TestDatabase } from '#test/database';
import { eventIdsAfter, settledEnd } from '#test/event-ids';
import { EventReader } from '#test/event-reader';
import { appendRestlessly, appendSlowly } from '#test/restless-writers';
import { ServiceProcess } from '#test/service-process';
import { afterAll, beforeAll, expect, it } from 'vitest';

const REPLICAS = 3;
const WRITERS = 4;

let database: TestDatabase;
const replicas: ServiceProcess[] = [];
const started: ServiceProcess[] = [];

const start = async (): Promise<void> => {
  const replica = await ServiceProcess.start({ command: 'api', databaseUrl: database.ownerUrl });
  started.push(replica);
  replicas.push(replica);
};

beforeAll(async () => {
  database = await freshDatabase();
  await migrateQueue(database.ownerUrl);
  await Promise.all(Array.from({ length: REPLICAS }, start));
});
afterAll(async () => {
  await Promise.all(started.map((replica) => replica.kill()));
  await database.dispose();
});

it('readers are told every event once and in order while processes of the API are killed and stopped', async () => {
  const db = await database.connect('app', WRITERS + 2);
  const begin = await settledEnd(db);
  const readers = Array.from({ length: 5 }, () => new EventReader(begin, () => replicas.map(({ url }) => url)));
  const done = new AbortController();
  const reading = readers.map((reader) => reader.run(done.signal));
  const written = new AbortController();
  const killingReaders = (async () => {
    while (!written.signal.aborted) {
      await delay(50 + Math.random() * 200);
      readers[Math.floor(Math.random() * readers.length)]?.kill();
    }
  })();
  // Each signal while others write, and somebody new in its place each time.
  const replacing = (async () => {
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
      const [victim] = replicas.splice(0, 1);
      victim?.signal(signal);
      await Promise.all([victim?.ended, start()]);
    }
    written.abort();
  })();
  const writing = Array.from({ length: WRITERS }, async () => {
    while (!written.signal.aborted) await appendRestlessly(db, 5);
  });
  await Promise.all([replacing, killingReaders, appendSlowly(db, 2000), ...writing]);
  const end = await settledEnd(db);
  const expected = await eventIdsAfter(db, begin);
  await expect.poll(() => readers.every(({ seen }) => seen.at(-1) === end), { timeout: 30_000 }).toBe(true);
  done.abort();
  await Promise.all(reading);
  for (const { seen } of readers) expect(seen).toEqual(expected);
  expect(expected.length).toBeGreaterThan(50);
});
