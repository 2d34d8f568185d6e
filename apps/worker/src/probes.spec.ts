import { silentLogger } from '#kernel';
import { type CheckResult, createTelemetry } from '#observability';
import { ask } from '#test/http-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Probes, startProbes } from './probes.js';

describe('the probes of a process without an API', () => {
  const telemetry = createTelemetry({ version: 'test' });
  let checks: readonly CheckResult[];
  let probes: Probes;

  beforeEach(async () => {
    checks = [{ name: 'database', ok: true }];
    const readiness = { results: () => Promise.resolve([...checks]) };
    probes = await startProbes({ port: 0, host: '127.0.0.1', readiness, telemetry, logger: silentLogger });
  });
  afterEach(() => probes.close());

  const get = async (path: string, method = 'GET') => {
    const { status, headers, body } = await ask(probes.url, method, path, { as: 'none' });
    return { status, type: headers['content-type'], body };
  };

  it('say that the process lives and is ready', async () => {
    expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get('/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get('/healthz')).toEqual(await get('/readyz'));
  });

  it('say what fails', async () => {
    checks = [{ name: 'database', ok: false }];
    expect(await get('/readyz')).toMatchObject({ status: 503, body: 'not ready: database\n' });
    expect(await get('/readyz?verbose')).toMatchObject({
      status: 503,
      type: 'application/json; charset=UTF-8',
      body: '{"ready":false,"checks":[{"name":"database","ok":false}]}\n',
    });
    expect((await get('/livez')).status).toBe(200);
  });

  it('give the metrics, runs of operations among them', async () => {
    telemetry.runs.begun();
    telemetry.runs.begun();
    telemetry.runs.ended('finished');
    const { body, type } = await get('/metrics');
    expect(type).toContain('version=0.0.4');
    expect(body).toContain('brickyard_operation_runs 1\n');
    expect(body).toContain('brickyard_operation_runs_total{outcome="finished"} 1\n');
  });

  it('answer nothing else, whatever is asked', async () => {
    for (const path of ['/', '/volumes', '/livez/', '/constructor', '//', '/%00']) {
      expect((await get(path)).status, path).toBe(404);
    }
    expect((await get('/livez', 'POST')).status).toBe(404);
  });
});
