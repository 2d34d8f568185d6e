import { ask, type HttpAnswer } from '#test/http-client';
import { freePort } from '#test/free-port';
import { buildTopology } from '#test/rest-steps';
import { ServiceProcess } from '#test/service-process';
import { startSystem, type TestSystem } from '#test/system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('brickyard worker with a port for probes', () => {
  let system: TestSystem;
  let worker: ServiceProcess;
  let base: string;

  beforeAll(async () => {
    system = await startSystem({ worker: null });
    const env = { BRICKYARD_PROBES_PORT: (await freePort()).toString() };
    worker = await ServiceProcess.start({ command: 'worker', databaseUrl: system.database.ownerUrl, env });
    base = String((await worker.line('probes and metrics are answered'))['url']);
  });
  afterAll(async () => {
    await worker.kill();
    await system.close();
  });

  const get = (path: string): Promise<HttpAnswer> => ask(base, 'GET', path, { as: 'none' });

  it('listens on the loopback interface, and says that it is ready', async () => {
    expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    await expect.poll(async () => (await get('/readyz')).body).toBe('ok\n');
  });

  it('counts what it carries out', async () => {
    await buildTopology(system.base, 1);
    // A node and its device; a client hears of the end before the run has given its lease back.
    const two = /^brickyard_operation_runs_total\{outcome="finished"\} 2$/m;
    await expect.poll(async () => (await get('/metrics')).body).toMatch(two);
    const { body } = await get('/metrics');
    expect(body).toContain('brickyard_operation_runs 0\n');
    expect(body).toContain('brickyard_installation_ours 1\n');
  });

  it('is gone with the worker', async () => {
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    await expect(get('/livez')).rejects.toThrow('ECONNREFUSED');
  });
});
