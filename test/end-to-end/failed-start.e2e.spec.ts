import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { migrateQueue } from '#operations';
import { freshDatabase, type TestDatabase } from '#test/database';
import { freePort } from '#test/free-port';
import { ServiceProcess } from '#test/service-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let database: TestDatabase;
let other: Server;
let PORT: string;

beforeAll(async () => {
  database = await freshDatabase();
  await migrateQueue(database.ownerUrl);
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  PORT = String((other.address() as AddressInfo).port);
});
afterAll(async () => {
  other.close();
  await database.dispose();
});

describe('a process whose port is taken', () => {
  it.each(['postgres', 'redis'] as const)(
    'says so and ends, so that whoever supervises it notices, with the queue on %s',
    async (QUEUE_BACKEND) => {
      // Nobody is there: what tries to reach it would go on trying.
      const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
      const env = { PORT, QUEUE_BACKEND, REDIS_URL };
      const start = ServiceProcess.start({ command: 'serve', databaseUrl: database.ownerUrl, env });
      await expect(start).rejects.toThrow(`port ${PORT} is taken by another program`);
    },
  );
});
