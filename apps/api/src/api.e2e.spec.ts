import http from 'node:http';
import { createLogger } from '#observability';
import { MockStorageNodes } from '#storage-nodes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, tokenFor } from '#test/http-client';
import { type Topology, buildTopology, settled } from '#test/rest-steps';
import { type TestSystem, startSystem } from '#test/system';
import { OperationWatcher } from './queue/operation-watcher.js';

const replica3 = { type: 'replicate', replicate: { replica: 3 } };
const logLines: string[] = [];
let system: TestSystem;
let topology: Topology;

beforeAll(async () => {
  const destination = { write: (line: string) => void logLines.push(line) };
  system = await startSystem({ logger: createLogger({ level: 'info', process: 'test', destination }) });
  topology = await buildTopology(system.base, 3);
});
afterAll(() => system.close());

async function freeKiB(device: string): Promise<number> {
  const info = JSON.parse((await ask(system.base, 'GET', `/devices/${device}`)).body) as { storage: { free: number } };
  return info.storage.free;
}

describe('the outcome of an operation', () => {
  it('can be read from any replica, as often as one likes', async () => {
    const other = await system.replica();
    const accepted = await ask(system.base, 'POST', '/volumes', { body: { size: 1, durability: replica3 } });
    expect(accepted).toMatchObject({ status: 202, body: '', headers: { 'content-length': '0' } });
    expect(accepted.headers).not.toHaveProperty('content-type');
    const path = accepted.headers.location ?? '';
    expect(path).toMatch(/^\/queue\/[0-9a-f]{32}$/);
    for (const base of [other.base, system.base, other.base, other.base]) {
      let answer = await ask(base, 'GET', path);
      while (answer.status === 200) {
        expect(answer).toMatchObject({ body: '', headers: { 'x-pending': 'true', 'content-length': '0' } });
        answer = await ask(base, 'GET', path);
      }
      expect(answer.headers).not.toHaveProperty('x-pending');
      expect(answer).toMatchObject({ status: 303, headers: { 'content-type': 'text/html; charset=utf-8' } });
      const location = answer.headers.location ?? '';
      expect(answer.body).toBe(`<a href="${location}">See Other</a>.\n\n`);
      expect((await ask(base, 'GET', location)).status).toBe(200);
    }
  });

  it('is there at once for a change of state, also where it is illegal', async () => {
    const [device = ''] = topology.devices;
    const refused = await ask(system.base, 'POST', `/devices/${device}/state`, { body: { state: 'failed' } });
    expect(await ask(system.base, 'GET', refused.headers.location ?? '')).toMatchObject({
      status: 500,
      body: `Device must be offline before remove operation is performed, device:${device}\n`,
    });
    const same = await ask(system.base, 'POST', `/devices/${device}/state`, { body: { state: 'online' } });
    expect(await ask(system.base, 'GET', same.headers.location ?? '')).toMatchObject({ status: 204, body: '' });
  });

  it('of a resync is asked for by a GET, which gets a link', async () => {
    const [device = ''] = topology.devices;
    const accepted = await ask(system.base, 'GET', `/devices/${device}/resync`);
    expect(accepted).toMatchObject({
      status: 202,
      body: `<a href="${accepted.headers.location ?? ''}">Accepted</a>.\n\n`,
    });
    expect((await settled(system.base, 'GET', `/devices/${device}/resync`)).status).toBe(204);
  });

  it('is the own business of those who asked', async () => {
    const mine = await ask(system.base, 'POST', '/volumes', { as: 'user', body: { size: 1 } });
    const theirs = await ask(system.base, 'POST', '/volumes', { body: { size: 1 } });
    const read = (path: string | undefined) => ask(system.base, 'GET', path ?? '', { as: 'user' });
    expect((await settled(system.base, 'POST', '/volumes', { as: 'user', body: { size: 1 } })).status).toBe(303);
    expect([200, 303]).toContain((await read(mine.headers.location)).status);
    expect(await read(theirs.headers.location)).toMatchObject({ status: 404, body: 'Id not found\n' });
  });
});

describe('changes', () => {
  it('say who made them', async () => {
    const headers = { 'x-request-id': 'req-1', 'user-agent': 'robot/1.0' };
    const { body } = await ask(system.base, 'POST', '/clusters', { body: {}, headers });
    const { id } = JSON.parse(body) as { id: string };
    const [event] = await system.database.db.query<{ meta: Record<string, unknown> }>(
      `select to_jsonb(e) as meta from brickyard.event e where stream_id = $1`,
      [id],
    );
    const text = JSON.stringify(event?.meta);
    for (const part of ['admin', 'req-1', 'robot/1.0', '127.0.0.1']) expect(text).toContain(part);
    await ask(system.base, 'DELETE', `/clusters/${id}`);
  });

  it('under one request id are changes of their own', async () => {
    const headers = { 'x-request-id': 'same' };
    const made = [1, 2].map(() => ask(system.base, 'POST', '/clusters', { body: {}, headers }));
    const ids = (await Promise.all(made)).map(({ body }) => (JSON.parse(body) as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) await ask(system.base, 'DELETE', `/clusters/${id}`);
  });

  it('never give one hostname to two nodes, not even in two clusters at once', async () => {
    const clusters = [1, 2, 3, 4].map(async () => {
      const { body } = await ask(system.base, 'POST', '/clusters', { body: {} });
      return (JSON.parse(body) as { id: string }).id;
    });
    const hostnames = { manage: ['race.manage'], storage: ['race.storage'] };
    const answers = await Promise.all(
      (await Promise.all(clusters)).map((cluster) =>
        ask(system.base, 'POST', '/nodes', { body: { zone: 1, cluster, hostnames } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    // The winner may commit between a loser's two questions.
    expect(refused?.body).toMatch(/^Hostname race\.(manage|storage) already used by node with id [0-9a-f]{32}\n\n$/);
  });

  it('at once, more than there are connections, all come to an end and never share space', async () => {
    const before = await Promise.all(topology.devices.map(freeKiB));
    const body = { size: 100, durability: replica3, clusters: [topology.cluster] };
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => settled(system.base, 'POST', '/volumes', { body })),
    );
    const created = outcomes.filter(({ status }) => status === 303);
    const refused = outcomes.filter(({ status }) => status === 500);
    expect(created.length + refused.length).toBe(30);
    expect(new Set(refused.map((answer) => answer.body))).toEqual(
      new Set(['Failed to allocate new volume: No space\n']),
    );
    expect(created.length).toBe(4);
    for (const answer of created) await settled(system.base, 'DELETE', answer.headers.location ?? '');
    expect(await Promise.all(topology.devices.map(freeKiB))).toEqual(before);
  });
});

describe('polls', () => {
  it('are held open until the bound, freed when the client goes, and do not hold up a stop', async () => {
    const idle = await startSystem({ worker: null, config: { queueHoldMs: 700 } });
    try {
      await buildCluster(idle.base);
      const { headers } = await ask(idle.base, 'POST', '/nodes', { body: await nodeBody(idle.base) });
      const path = headers.location ?? '';
      const startedAt = performance.now();
      expect(await ask(idle.base, 'GET', path)).toMatchObject({ status: 200, headers: { 'x-pending': 'true' } });
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(650);

      const watcher = idle.api.app.get(OperationWatcher);
      const patient = await idle.replica();
      const request = http.get(idle.base + path, {
        headers: { authorization: `bearer ${tokenFor('admin', 'GET', path)}` },
      });
      request.on('error', () => undefined);
      await expect.poll(() => watcher.size).toBe(1);
      request.destroy();
      await expect.poll(() => watcher.size).toBe(0);

      const held = ask(patient.base, 'GET', path);
      await expect.poll(() => patient.api.app.get(OperationWatcher).size).toBe(1);
      await patient.api.close();
      expect((await held).headers['x-pending']).toBe('true');
    } finally {
      await idle.close();
    }
  });
});

async function buildCluster(base: string): Promise<string> {
  return (JSON.parse((await ask(base, 'POST', '/clusters', { body: {} })).body) as { id: string }).id;
}

async function nodeBody(base: string): Promise<object> {
  const { clusters } = JSON.parse((await ask(base, 'GET', '/clusters')).body) as { clusters: string[] };
  return { zone: 1, cluster: clusters[0], hostnames: { manage: ['m'], storage: ['s'] } };
}

describe('what a site can configure', () => {
  it('a limit of operations in flight, judged after everything else that is wrong', async () => {
    const busy = await startSystem({ worker: null, config: { maxInflightOperations: 1 } });
    try {
      await buildCluster(busy.base);
      expect((await ask(busy.base, 'POST', '/nodes', { body: await nodeBody(busy.base) })).status).toBe(202);
      const refused = await ask(busy.base, 'POST', '/volumes', { body: { size: 1 } });
      expect(refused).toMatchObject({ status: 429, body: 'Server busy. Retry operation later.\n' });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect((await ask(busy.base, 'POST', '/volumes', { body: { size: 0 } })).status).toBe(400);
      expect((await ask(busy.base, 'POST', '/clusters', { body: {} })).status).toBe(201);
    } finally {
      await busy.close();
    }
  });

  it('no authentication: everybody is the administrator, tokens are not looked at', async () => {
    const open = await startSystem({ worker: null, config: { auth: 'disabled' } });
    try {
      expect((await ask(open.base, 'GET', '/clusters', { as: 'none' })).status).toBe(200);
      const headers = { authorization: 'Bearer nonsense' };
      expect((await ask(open.base, 'POST', '/clusters', { as: 'none', headers, body: {} })).status).toBe(201);
    } finally {
      await open.close();
    }
  });

  it('nodes without glusterd are not taken', async () => {
    const nodes = new MockStorageNodes();
    const down = new Set(['m']);
    nodes.glusterdRunning = ({ manageHost }) => Promise.resolve(!down.has(manageHost));
    const half = await startSystem({ nodes: () => nodes });
    try {
      await buildCluster(half.base);
      const body = await nodeBody(half.base);
      const text = (reason: string): object => ({ status: 400, body: `${reason}\n` });
      expect(await ask(half.base, 'POST', '/nodes', { body })).toMatchObject(
        text("New Node doesn't have glusterd running"),
      );
      down.clear();
      expect((await settled(half.base, 'POST', '/nodes', { body })).status).toBe(303);
      down.add('m');
      const second = { ...body, hostnames: { manage: ['m2'], storage: ['s2'] } };
      expect(await ask(half.base, 'POST', '/nodes', { body: second })).toMatchObject(
        text('None of the nodes in cluster has glusterd running'),
      );
    } finally {
      await half.close();
    }
  });
});

describe('the log', () => {
  it('has a line for every request, and no token in any', () => {
    const requests = logLines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'request');
    expect(requests.length).toBeGreaterThan(50);
    expect(requests.find(({ route }) => route === '/volumes/{id}')).toMatchObject({
      method: 'GET',
      status: 200,
      actor: 'admin',
    });
    expect(requests.find(({ status }) => status === 202)?.['operationId']).toMatch(/^[0-9a-f]{32}$/);
    expect(logLines.join('')).not.toMatch(/bearer|eyJ/i);
  });
});
