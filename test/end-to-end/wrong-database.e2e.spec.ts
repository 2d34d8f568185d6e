import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startSimulatedNodes, type SimulatedNodes } from '#node-simulator';
import { exchangeableDatabase, type Behind, type ExchangeableDatabase } from '#test/exchangeable-database';
import { ask, testKeys } from '#test/http-client';
import { startRedis } from '#test/redis-server';
import { settled } from '#test/rest-steps';
import { ServiceProcess } from '#test/service-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeketiClient } from '../../apps/cli/src/client/heketi-client.js';
import { loadTopology } from '../../apps/cli/src/client/topology.js';
import { sampleTopology } from '../../apps/cli/src/demo/sample-topology.js';

const replica3 = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
const redis = await startRedis();

describe('a database that is not that of our installation', () => {
  let database: ExchangeableDatabase;
  let simulator: SimulatedNodes;
  let folder: string;
  let service: ServiceProcess;
  let sshEnv: Readonly<Record<string, string>>;

  const queueEnv = redis === null ? {} : { QUEUE_BACKEND: 'redis', REDIS_URL: redis.url };

  beforeAll(async () => {
    database = await exchangeableDatabase();
    simulator = await startSimulatedNodes({ count: 3, devicesPerNode: 1 });
    folder = await mkdtemp(join(tmpdir(), 'brickyard-installation-'));
    await writeFile(join(folder, 'key'), simulator.clientPrivateKey ?? '', { mode: 0o600 });
    sshEnv = {
      HEKETI_EXECUTOR: 'ssh',
      HEKETI_SSH_KEYFILE: join(folder, 'key'),
      HEKETI_SSH_USER: 'root',
      HEKETI_SSH_PORT: simulator.port.toString(),
    };
    const env = { ...sshEnv, ...queueEnv };
    service = await ServiceProcess.start({ command: 'serve', databaseUrl: database.url, env });
    const client = new HeketiClient({ baseUrl: service.url, issuer: 'admin', key: testKeys.admin });
    const nodes = simulator.nodes.map(({ manageHost, storageHost, devices }) => ({
      manageHost,
      storageHost,
      devices: devices.map(({ path }) => path),
    }));
    await loadTopology(client, sampleTopology(nodes), () => undefined);
  });
  afterAll(async () => {
    await service.kill();
    await redis?.stop();
    await simulator.close();
    await rm(folder, { recursive: true });
    await database.dispose();
  });

  const readyz = async (url: string): Promise<string> => {
    const answer = await ask(url, 'GET', '/readyz', { as: 'none' });
    return `${answer.status.toString()} ${answer.body}`;
  };
  const ours = async (): Promise<string | undefined> => {
    const { body } = await ask(service.url, 'GET', '/metrics', { as: 'none' });
    return /^brickyard_installation_ours (\d)$/m.exec(body)?.[1];
  };
  const refusesChanges = async (url: string, reason: RegExp): Promise<void> => {
    const requests = [
      ask(url, 'POST', '/volumes', { body: replica3 }),
      ask(url, 'POST', '/clusters', { body: {} }),
      ask(url, 'GET', '/clusters'),
    ];
    for (const answer of await Promise.all(requests)) {
      expect(answer.status).toBe(503);
      expect(answer.body).toMatch(reason);
    }
  };

  const found: Readonly<Record<Exclude<Behind, 'own'>, RegExp>> = {
    foreign:
      /The database was exchanged: .* there is now that of installation [-0-9a-f]{36}\. Bring the right one back/,
    empty: /The database was exchanged: .* there is now an empty one\. Bring the right one back/,
  };

  it.each(['foreign', 'empty'] as const)(
    '(%s, under a running process) stops everything until ours is back',
    async (which) => {
      expect(await readyz(service.url)).toBe('200 ok\n');
      const before = simulator.snapshot();
      await database.putBehind(which);
      await expect.poll(() => readyz(service.url), { timeout: 20_000 }).toMatch(/^503 not ready: installation/);
      expect(await readyz(service.url)).toMatch(found[which]);
      expect((await ask(service.url, 'GET', '/livez', { as: 'none' })).status).toBe(200);
      expect(await ours()).toBe('0');
      await refusesChanges(service.url, found[which]);
      expect(simulator.snapshot()).toEqual(before);

      await database.putBehind('own');
      await expect.poll(() => readyz(service.url), { timeout: 20_000 }).toBe('200 ok\n');
      expect(await ours()).toBe('1');
      const made = await settled(service.url, 'POST', '/volumes', { body: replica3 });
      expect(made.status, made.body).toBe(303);
      expect((await settled(service.url, 'DELETE', made.headers.location ?? '')).status).toBe(204);
    },
  );

  it.skipIf(redis === null)(
    'keeps a process that starts on it away from the queue of the nodes that are ours',
    async () => {
      const client = new Redis(redis?.url ?? '');
      await expect.poll(() => client.keys('*:brickyard:installation'), { timeout: 20_000 }).toHaveLength(1);
      client.disconnect();
      const other = await exchangeableDatabase();
      await other.putBehind('foreign');
      const env = { ...sshEnv, ...queueEnv };
      const lost = await ServiceProcess.start({ command: 'serve', databaseUrl: other.url, env });
      try {
        const reason =
          /The database is that of installation [-0-9a-f]{36}, but the queue in Redis says .* Is DATABASE_URL the right one\?/;
        expect(await readyz(lost.url)).toMatch(/^503 not ready: installation\n/);
        expect(await readyz(lost.url)).toMatch(reason);
        await refusesChanges(lost.url, reason);
        // Who was there first goes on.
        expect(await readyz(service.url)).toBe('200 ok\n');
      } finally {
        await lost.kill();
        await other.dispose();
      }
    },
  );
});
