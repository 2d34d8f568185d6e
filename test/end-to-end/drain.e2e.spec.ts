import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { migrateQueue } from '#operations';
import { freshDatabase, type TestDatabase } from '#test/database';
import { ask, tokenFor } from '#test/http-client';
import { startTestServer } from '#test/postgres-server';
import { startRedis } from '#test/redis-server';
import { ServiceProcess } from '#test/service-process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let database: TestDatabase;
const services: ServiceProcess[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  await migrateQueue(database.ownerUrl);
});
afterEach(() => Promise.all(services.splice(0).map((service) => service.kill())));
afterAll(() => database.dispose());

async function start(
  command: 'api' | 'worker' | 'serve',
  env: Readonly<Record<string, string>> = {},
  databaseUrl = database.ownerUrl,
): Promise<ServiceProcess> {
  const service = await ServiceProcess.start({ command, databaseUrl, env });
  services.push(service);
  return service;
}

interface Sent {
  readonly sentAt: number;
  readonly answer: { readonly status: number; readonly headers: IncomingHttpHeaders } | null;
  readonly error: string | null;
}

function send(base: string, path: string, agent: Agent): Promise<Sent> {
  const sentAt = Date.now();
  return new Promise((resolve) => {
    const headers = { authorization: `bearer ${tokenFor('admin', 'GET', path)}` };
    const sent = request(new URL(path, base), { agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({ sentAt, answer: { status: response.statusCode ?? 0, headers: response.headers }, error: null }),
      );
      response.on('error', (error) => resolve({ sentAt, answer: null, error: error.message }));
    });
    sent.on('error', (error) => resolve({ sentAt, answer: null, error: error.message }));
    sent.end();
  });
}

/** Requests without a pause, over connections that are kept open, or over a new one each, until the port is closed. */
async function keepAsking(base: string, keepAlive: boolean, all: Sent[]): Promise<void> {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  for (;;) {
    const sent = await send(base, '/clusters', agent);
    all.push(sent);
    if (sent.error !== null) break;
    await delay(5);
  }
  agent.destroy();
}

const timeOf = async (service: ServiceProcess, message: string): Promise<number> =>
  Date.parse((await service.line(message)).time);

describe('an API that is asked to stop', () => {
  it('says first that it is not ready, answers everything that is sent before its port closes, and exits with 0', async () => {
    const service = await start('api', { BRICKYARD_DRAIN_DELAY_MS: '1500', BRICKYARD_DRAIN_TIMEOUT_MS: '8000' });
    const all: Sent[] = [];
    const asking = [true, true, false, false].map((keepAlive) => keepAsking(service.url, keepAlive, all));
    await expect.poll(() => all.length).toBeGreaterThan(40);
    service.signal('SIGTERM');
    const drainsAt = await timeOf(service, 'not ready any more, still answering');
    const probe = await ask(service.url, 'GET', '/readyz', { as: 'none' });
    expect(probe).toMatchObject({ status: 503, body: 'not ready: accepting\n', headers: { connection: 'close' } });
    expect((await ask(service.url, 'GET', '/livez', { as: 'none' })).status).toBe(200);
    const closedAt = await timeOf(service, 'no more connections, answering what is under way');
    await Promise.all(asking);
    expect(await service.ended).toBe(0);
    const messages = service.lines.map(({ msg }) => msg).filter((msg) => msg !== 'request');
    expect(messages.slice(-5)).toEqual([
      'stopping',
      'not ready any more, still answering',
      'no more connections, answering what is under way',
      'api closed',
      'stopped',
    ]);

    expect(closedAt - drainsAt).toBeGreaterThanOrEqual(1490);
    // The line is written after the port was closed and what had been sent was read.
    const inTime = all.filter(({ sentAt }) => sentAt < closedAt - 350);
    expect(inTime.filter(({ error }) => error !== null)).toEqual([]);
    const draining = inTime.filter(({ sentAt }) => sentAt > drainsAt);
    // A few of each of the four; how many there are is the machine's business.
    expect(draining.length).toBeGreaterThan(8);
    for (const { answer } of draining) {
      expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
    }
    // Later ones found no port, or waited in the kernel to be accepted when it closed: Linux resets those. That is why there is
    // a delay, in which balancers stop sending.
    for (const { error } of all) if (error !== null) expect(error).toMatch(/ECONNREFUSED|ECONNRESET/);
  });

  it('answers a request on a connection that was idle, and lets held polls go at once', async () => {
    const service = await start('api', {
      BRICKYARD_DRAIN_DELAY_MS: '1000',
      BRICKYARD_DRAIN_TIMEOUT_MS: '8000',
      BRICKYARD_QUEUE_HOLD_MS: '30000',
    });
    const { id: cluster } = JSON.parse((await ask(service.url, 'POST', '/clusters', { body: {} })).body) as {
      id: string;
    };
    const hostnames = { manage: ['n1.manage'], storage: ['n1.storage'] };
    // No worker: it stays pending.
    const accepted = await ask(service.url, 'POST', '/nodes', { body: { zone: 1, cluster, hostnames } });
    const idle = new Agent({ keepAlive: true, maxSockets: 1 });
    await send(service.url, '/clusters', idle);
    const poll = ask(service.url, 'GET', accepted.headers.location ?? '');
    await delay(300);
    const askedAt = performance.now();
    service.signal('SIGTERM');
    expect(await poll).toMatchObject({ status: 200, headers: { 'x-pending': 'true', connection: 'close' } });
    expect(performance.now() - askedAt).toBeLessThan(1000);
    expect(await send(service.url, '/clusters', idle)).toMatchObject({
      error: null,
      answer: { status: 200, headers: { connection: 'close' } },
    });
    expect(await service.ended).toBe(0);
    idle.destroy();
  });

  it('is not kept by a client that never completes its request', async () => {
    const service = await start('api', { BRICKYARD_DRAIN_DELAY_MS: '0', BRICKYARD_DRAIN_TIMEOUT_MS: '10000' });
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    socket.write('POST /clusters HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n');
    await delay(100);
    service.signal('SIGTERM');
    expect(await service.ended).toBe(0);
    socket.destroy();
  });

  it('skips the delay for who presses Ctrl-C, and all of it for who presses twice', async () => {
    const slow = { BRICKYARD_DRAIN_DELAY_MS: '60000', BRICKYARD_DRAIN_TIMEOUT_MS: '70000' };
    const once = await start('api', slow);
    once.signal('SIGINT');
    expect(await once.ended).toBe(0);
    const twice = await start('api', slow);
    twice.signal('SIGTERM');
    await twice.line('not ready any more, still answering');
    twice.signal('SIGTERM');
    expect(await twice.ended).toBe(143);
  });
});

describe('a process that is asked to stop while nothing answers it', () => {
  it('exits with 0 within its time: Postgres is frozen', async () => {
    const server = await startTestServer();
    const own = await freshDatabase(server.templateUrl);
    await own.source.destroy();
    await migrateQueue(own.ownerUrl);
    const service = await start(
      'serve',
      { BRICKYARD_DRAIN_DELAY_MS: '100', BRICKYARD_DRAIN_TIMEOUT_MS: '6000' },
      own.ownerUrl,
    );
    await server.freeze();
    const askedAt = performance.now();
    service.signal('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(8000);
    await server.stop();
  });

  it('exits with 0 within its time: Redis is frozen', async (context) => {
    const server = await startRedis();
    if (server === null) return context.skip();
    const env = { QUEUE_BACKEND: 'redis', REDIS_URL: server.url };
    const service = await start('serve', {
      ...env,
      BRICKYARD_DRAIN_DELAY_MS: '100',
      BRICKYARD_DRAIN_TIMEOUT_MS: '6000',
    });
    server.freeze();
    const askedAt = performance.now();
    service.signal('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(8000);
    await server.stop();
  });
});
