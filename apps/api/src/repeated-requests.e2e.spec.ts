import { loadConfig } from '#config';
import { newId } from '#kernel';
import { MockStorageNodes, type StorageNodes } from '#storage-nodes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAnswer, type HttpQuestion, ask, testKeys } from '#test/http-client';
import { type Topology, buildTopology, idOf, settled } from '#test/rest-steps';
import { type TestSystem, startSystem } from '#test/system';

/** Nodes that do nothing while the gate is shut: what was accepted stays in flight. */
class Gate {
  private opened: Promise<void> = Promise.resolve();
  open: () => void = () => undefined;

  shut(): void {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }

  before(nodes: StorageNodes): StorageNodes {
    return new Proxy(nodes, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (name !== 'glusterdRunning' && name !== 'close') await this.opened;
          return method.apply(target, args) as unknown;
        };
      },
    });
  }
}

const gate = new Gate();
let system: TestSystem;
let topology: Topology;
/** Two replicas on one database, and two that take three operations at a time. */
let bases: [string, string];
let limited: [string, string];

const LIMIT = 3;

beforeAll(async () => {
  system = await startSystem({ nodes: () => gate.before(new MockStorageNodes()), config: { queueHoldMs: 50 } });
  topology = await buildTopology(system.base, 3);
  bases = [system.base, (await system.replica()).base];
  const { config } = loadConfig({ HEKETI_ADMIN_KEY: testKeys.admin, HEKETI_USER_KEY: testKeys.user });
  const atLimit = { config: { ...config, maxInflightOperations: LIMIT } };
  limited = [(await system.replica(atLimit)).base, (await system.replica(atLimit)).base];
});
afterAll(() => system.close());

/** Lets go, and waits until nothing is in flight. */
async function finish(): Promise<void> {
  gate.open();
  const open = "select from read_model.operation where status not in ('succeeded', 'failed')";
  await expect.poll(() => system.database.db.query(open).then((rows) => rows.length), { timeout: 30_000 }).toBe(0);
}
afterEach(finish);

async function operations(): Promise<number> {
  const [row] = await system.database.db.query<{ count: string }>('select count(*) from read_model.operation');
  return Number(row?.count);
}

/** The same request on both replicas by turns, all at once. */
function atOnce(times: number, path: string, body: object, on = bases): Promise<HttpAnswer[]> {
  return Promise.all(Array.from({ length: times }, (_, nth) => ask(on[nth % 2 === 0 ? 0 : 1], 'POST', path, { body })));
}

function locations(answers: readonly HttpAnswer[]): Set<string> {
  return new Set(answers.map(({ status, headers, body }) => `${status.toString()} ${headers.location ?? body}`));
}

const volumeBody = (name: string, sizeGiB = 1): object => ({ name, size: sizeGiB, clusters: [topology.cluster] });

function nodeBody(name: string, zone = 1): object {
  return { zone, cluster: topology.cluster, hostnames: { manage: [`${name}.m`], storage: [`${name}.s`] } };
}

/** What has a name of its own. */
const creations: Readonly<Record<string, () => readonly [path: string, body: object]>> = {
  'a volume with a name': () => ['/volumes', volumeBody(newId())],
  'a node': () => ['/nodes', nodeBody(newId())],
  'a device': () => ['/devices', { node: topology.nodes[0], name: `/dev/${newId()}` }],
};

describe.each(Object.keys(creations))('%s that is asked for again without a key', (what) => {
  const creation = (): readonly [string, object] => creations[what]?.() ?? ['', {}];

  it('while it is in flight leads to its operation, on every replica', async () => {
    const [path, body] = creation();
    gate.shut();
    const before = await operations();
    const first = await ask(bases[0], 'POST', path, { body });
    expect(first.status, first.body).toBe(202);
    const raw = ` ${JSON.stringify({ unknown: true, ...Object.fromEntries(Object.entries(body).reverse()) })}\n`;
    for (const base of bases) {
      const again = await ask(base, 'POST', path, { raw });
      expect(again).toMatchObject({ status: 202, body: '', headers: { location: first.headers.location } });
      expect(again.headers).not.toHaveProperty('idempotency-replayed');
    }
    expect(await operations()).toBe(before + 1);
  });

  it('at once on two replicas is one operation', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [path, body] = creation();
      gate.shut();
      const before = await operations();
      const answers = await atOnce(8, path, body);
      expect(locations(answers).size).toBe(1);
      expect(answers[0]?.status).toBe(202);
      expect(await operations()).toBe(before + 1);
      await finish();
    }
  });

  it('by another issuer, or under a key, is another request', async () => {
    const [path, body] = creation();
    gate.shut();
    const first = await ask(bases[0], 'POST', path, { body });
    const others: HttpQuestion[] = [{ body, headers: { 'idempotency-key': newId() } }];
    if (path === '/volumes') others.push({ body, as: 'user' });
    for (const question of others) {
      const other = await ask(bases[1], 'POST', path, question);
      expect(other.headers.location).not.toBe(first.headers.location);
      // Heketi has no refusal for a path that is taken: the node has.
      if (path !== '/devices') expect(other.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('a creation that is not the same', () => {
  it('has the refusal that it always had', async () => {
    const [name, host] = [newId(), newId()];
    gate.shut();
    await ask(bases[0], 'POST', '/volumes', { body: volumeBody(name) });
    await ask(bases[0], 'POST', '/nodes', { body: nodeBody(host) });
    for (const base of bases) {
      expect(await ask(base, 'POST', '/volumes', { body: volumeBody(name, 2) })).toMatchObject({
        status: 500,
        body: `Failed to allocate new volume: Volume name '${name}' already in use\n`,
      });
      expect(await ask(base, 'POST', '/nodes', { body: nodeBody(host, 2) })).toMatchObject({
        status: 409,
        body: expect.stringMatching(/already used by node with id [0-9a-f]{32}\n\n$/) as unknown,
      });
    }
  });

  it('has it too once the first has ended', async () => {
    const body = volumeBody(newId());
    expect((await settled(bases[0], 'POST', '/volumes', { body })).status).toBe(303);
    const node = nodeBody(newId());
    expect((await settled(bases[0], 'POST', '/nodes', { body: node })).status).toBe(303);
    expect((await ask(bases[1], 'POST', '/volumes', { body })).status).toBe(500);
    expect((await ask(bases[1], 'POST', '/nodes', { body: node })).status).toBe(409);
  });

  it('is a volume without a name', async () => {
    gate.shut();
    const body = { size: 1, clusters: [topology.cluster] };
    expect(locations(await atOnce(4, '/volumes', body)).size).toBe(4);
    expect(locations(await atOnce(2, '/volumes', { ...body, name: '' })).size).toBe(2);
  });
});

describe('a delete that is repeated', () => {
  it('is refused while the object goes, and finds nothing after, on every replica', async () => {
    const volume = idOf(await settled(bases[0], 'POST', '/volumes', { body: volumeBody(newId()) }));
    const node = idOf(await settled(bases[0], 'POST', '/nodes', { body: nodeBody(newId()) }));
    const holder = idOf(await settled(bases[0], 'POST', '/nodes', { body: nodeBody(newId()) }));
    await settled(bases[0], 'POST', '/devices', { body: { node: holder, name: '/dev/vdb' } });
    const info = JSON.parse((await ask(bases[0], 'GET', `/nodes/${holder}`)).body) as { devices: { id: string }[] };
    const device = info.devices[0]?.id ?? '';
    for (const state of ['offline', 'failed']) {
      await settled(bases[0], 'POST', `/devices/${device}/state`, { body: { state } });
    }
    const inUse = 'The target exists, contains other items, or is in use.';
    const deletions = [
      [`/volumes/${volume}`, 500, `Failed to set up volume delete: ${inUse}\n`],
      [`/nodes/${node}`, 409, `${inUse}\n`],
      [`/devices/${device}`, 409, `${inUse}\n`],
    ] as const;
    gate.shut();
    for (const [path] of deletions) expect((await ask(bases[0], 'DELETE', path)).status).toBe(202);
    for (const [path, status, body] of deletions) {
      for (const base of bases) expect(await ask(base, 'DELETE', path)).toMatchObject({ status, body });
    }
    await finish();
    for (const [path] of deletions) {
      for (const base of bases)
        expect(await ask(base, 'DELETE', path)).toMatchObject({ status: 404, body: 'Id not found\n' });
    }
  });
});

describe('at the limit of operations in flight', () => {
  const busy = { status: 429, body: 'Server busy. Retry operation later.\n', headers: { 'retry-after': '10' } };

  it('nothing more is begun, on any replica; what begins nothing is answered', async () => {
    const [node = ''] = topology.nodes;
    const [device = ''] = topology.devices;
    const volume = idOf(await settled(bases[0], 'POST', '/volumes', { body: volumeBody(newId()) }));
    gate.shut();
    const named = volumeBody(newId());
    const keyed = { body: volumeBody(''), headers: { 'idempotency-key': newId() } };
    const first = await ask(limited[0], 'POST', '/volumes', { body: named });
    const second = await ask(limited[1], 'POST', '/volumes', keyed);
    expect((await ask(limited[0], 'POST', '/nodes', { body: nodeBody(newId()) })).status).toBe(202);
    const before = await operations();
    const refused: readonly (readonly [string, string, object?])[] = [
      ['POST', '/volumes', volumeBody('')],
      ['POST', '/volumes', { ...named, size: 2 }],
      ['POST', `/volumes/${volume}/expand`, { expand_size: 1 }],
      ['DELETE', `/volumes/${volume}`],
      ['POST', '/nodes', nodeBody(newId())],
      ['DELETE', `/nodes/${node}`],
      ['POST', `/nodes/${node}/state`, { state: 'failed' }],
      ['POST', '/devices', { node, name: '/dev/new' }],
      ['DELETE', `/devices/${device}`],
      ['POST', `/devices/${device}/state`, { state: 'failed' }],
    ];
    for (const base of limited) {
      for (const [method, path, body] of refused) {
        expect(await ask(base, method, path, { body }), `${method} ${path}`).toMatchObject(busy);
      }
      expect(await ask(base, 'POST', '/volumes', { body: named })).toMatchObject({
        status: 202,
        headers: { location: first.headers.location },
      });
      expect(await ask(base, 'POST', '/volumes', keyed)).toMatchObject({
        status: 202,
        headers: { location: second.headers.location, 'idempotency-replayed': 'true' },
      });
      expect((await ask(base, 'GET', first.headers.location ?? '')).status).toBe(200);
      expect((await ask(base, 'POST', '/volumes', { body: { size: 0 } })).status).toBe(400);
      expect((await ask(base, 'DELETE', `/volumes/${newId()}`)).status).toBe(404);
    }
    expect(await operations()).toBe(before);
    // An administrator can always take something out of service.
    expect((await ask(limited[0], 'POST', `/devices/${device}/state`, { body: { state: 'offline' } })).status).toBe(
      202,
    );
    expect((await ask(limited[0], 'POST', `/devices/${device}/state`, { body: { state: 'online' } })).status).toBe(202);
    await finish();
    expect((await ask(limited[1], 'POST', '/volumes', { body: volumeBody('') })).status).toBe(202);
  });
});
