import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresEventStore } from '#event-store';
import { newId, silentLogger } from '#kernel';
import { startSimulatedNodes, type SimulatedNodes } from '#node-simulator';
import { migrateQueue } from '#operations';
import { check, rebuild } from '#read-model';
import { freshDatabase, type TestDatabase } from '#test/database';
import { ask, testKeys, type HttpAnswer } from '#test/http-client';
import { previousVersion } from '#test/previous-version';
import { ServiceProcess } from '#test/service-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeketiClient } from '../../apps/cli/src/client/heketi-client.js';
import { loadTopology } from '../../apps/cli/src/client/topology.js';
import { sampleTopology } from '../../apps/cli/src/demo/sample-topology.js';

const previous = await previousVersion();
if ('missing' in previous) {
  process.stdout.write(`\n*** NO PREVIOUS VERSION, rolling upgrades are NOT tested: ${previous.missing} ***\n\n`);
}

const replica3 = { type: 'replicate', replicate: { replica: 3 } };

/**
 * The schema is expanded before it is contracted: the version before this one works on the new schema, beside this one. The
 * tests are the steps of one upgrade, in order.
 */
describe.skipIf('missing' in previous)('a rolling upgrade from the version before the newest migration', () => {
  const old = 'program' in previous ? previous.program : '';
  let database: TestDatabase;
  let simulator: SimulatedNodes;
  let folder: string;
  let oldApi: ServiceProcess;
  let oldWorker: ServiceProcess;
  let newApi: ServiceProcess;
  let newWorker: ServiceProcess;
  const running = new Set<ServiceProcess>();

  beforeAll(async () => {
    database = await freshDatabase();
    await migrateQueue(database.ownerUrl);
    simulator = await startSimulatedNodes({ count: 3, devicesPerNode: 1 });
    folder = await mkdtemp(join(tmpdir(), 'brickyard-upgrade-'));
    await writeFile(join(folder, 'key'), simulator.clientPrivateKey ?? '', { mode: 0o600 });
  });
  afterAll(async () => {
    await Promise.all([...running].map((service) => service.kill()));
    await simulator.close();
    await rm(folder, { recursive: true });
    await database.dispose();
  });

  async function start(command: 'api' | 'worker', program?: string): Promise<ServiceProcess> {
    const env = {
      HEKETI_EXECUTOR: 'ssh',
      HEKETI_SSH_KEYFILE: join(folder, 'key'),
      HEKETI_SSH_USER: 'root',
      HEKETI_SSH_PORT: simulator.port.toString(),
    };
    const version = program === undefined ? {} : { program };
    const service = await ServiceProcess.start({ command, databaseUrl: database.ownerUrl, env, ...version });
    running.add(service);
    return service;
  }

  /** Hands over what it has in hand. */
  async function stop(...services: readonly ServiceProcess[]): Promise<void> {
    for (const service of services) service.signal('SIGINT');
    expect(await Promise.all(services.map((service) => service.ended))).toEqual(services.map(() => 0));
    for (const service of services) running.delete(service);
  }

  async function ended(next: () => string, path: string): Promise<HttpAnswer> {
    let answer: HttpAnswer;
    do answer = await ask(next(), 'GET', path);
    while (answer.headers['x-pending'] === 'true');
    return answer;
  }

  /** The life of a volume; every request goes to the next of the replicas, every poll too. */
  async function playLife(apis: readonly ServiceProcess[]): Promise<void> {
    let turn = 0;
    const next = (): string => apis[turn++ % apis.length]?.url ?? '';
    const outcome = async (method: string, path: string, body?: unknown) => {
      const headers = { 'idempotency-key': `"${newId()}"` };
      const answer = await ask(next(), method, path, { body, headers });
      expect(answer.status, answer.body).toBe(202);
      return ended(next, answer.headers.location ?? '');
    };
    const created = await outcome('POST', '/volumes', { size: 1, durability: replica3 });
    expect(created.status, created.body).toBe(303);
    const path = created.headers.location ?? '';
    for (const api of apis) expect(JSON.parse((await ask(api.url, 'GET', path)).body)).toMatchObject({ size: 1 });
    expect((await outcome('POST', `${path}/expand`, { expand_size: 1 })).status).toBe(303);
    for (const api of apis) expect(JSON.parse((await ask(api.url, 'GET', path)).body)).toMatchObject({ size: 2 });
    expect((await outcome('DELETE', path)).status).toBe(204);
    for (const api of apis) expect((await ask(api.url, 'GET', path)).status).toBe(404);
  }

  it('the old version goes on after the migration', async () => {
    [oldApi, oldWorker] = await Promise.all([start('api', old), start('worker', old)]);
    const client = new HeketiClient({ baseUrl: oldApi.url, issuer: 'admin', key: testKeys.admin });
    const nodes = simulator.nodes.map(({ manageHost, storageHost, devices }) => ({
      manageHost,
      storageHost,
      devices: devices.map((device) => device.path),
    }));
    await loadTopology(client, sampleTopology(nodes), () => undefined);
    await playLife([oldApi]);
  });

  it('both work beside each other, each request goes to the other one', async () => {
    [newApi, newWorker] = await Promise.all([start('api'), start('worker')]);
    await Promise.all(Array.from({ length: 4 }, () => playLife([oldApi, newApi])));
  });

  it('what either API accepts the new worker carries out', async () => {
    await stop(oldWorker);
    await playLife([oldApi, newApi]);
  });

  it('what either API accepts the old worker carries out, to which one may roll back', async () => {
    oldWorker = await start('worker', old);
    await stop(newWorker);
    await playLife([newApi, oldApi]);
  });

  it('leaves nothing on the nodes, and a log and a read model that agree', async () => {
    await stop(oldApi, newApi, oldWorker);
    for (const node of Object.values(simulator.snapshot())) {
      expect(node).toMatchObject({ logicalVolumes: [], thinPools: [], mounts: [], glusterVolumes: [] });
    }
    const parts = {
      owner: await database.connect('owner', 4),
      eventStore: new PostgresEventStore(),
      logger: silentLogger,
    };
    expect((await check(parts)).differences).toEqual([]);
    await rebuild(parts);
    expect((await check(parts)).differences).toEqual([]);
  });
});
