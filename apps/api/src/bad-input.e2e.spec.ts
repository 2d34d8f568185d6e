import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAnswer, type HttpQuestion, ask, tokenFor } from '#test/http-client';
import { type Topology, buildTopology, idOf, settled } from '#test/rest-steps';
import { type TestSystem, startSystem } from '#test/system';
import { routes } from './wire/route-table.js';

const replica3 = { type: 'replicate', replicate: { replica: 3 } };
/** Bodies that would change something, were a field of them not replaced by something odd. */
let good: Record<string, object>;
let system: TestSystem;
let topology: Topology;
let volume: string;

beforeAll(async () => {
  system = await startSystem();
  topology = await buildTopology(system.base, 3);
  const body = { size: 10, durability: replica3 };
  volume = idOf(await settled(system.base, 'POST', '/volumes', { body }));
  const {
    cluster,
    nodes: [node = ''],
    devices: [device = ''],
  } = topology;
  good = {
    'POST /clusters': { file: true, block: true },
    [`POST /clusters/${cluster}/flags`]: { file: false, block: true },
    'POST /nodes': { zone: 1, cluster, hostnames: { manage: ['x'], storage: ['y'] }, tags: { a: 'b' } },
    [`POST /nodes/${node}/state`]: { state: 'offline', healcheck: '' },
    [`POST /nodes/${node}/tags`]: { change_type: 'set', tags: { a: 'b' } },
    'POST /devices': { node, name: '/dev/vdc', tags: { a: 'b' }, destroydata: true },
    [`POST /devices/${device}/state`]: { state: 'offline', healcheck: '' },
    [`POST /devices/${device}/tags`]: { change_type: 'set', tags: { a: 'b' } },
    'POST /volumes': {
      size: 1,
      name: 'v',
      clusters: [cluster],
      durability: { type: 'replicate', replicate: { replica: 3 }, disperse: { data: 4, redundancy: 2 } },
      gid: 0,
      glustervolumeoptions: ['a b'],
      block: false,
      snapshot: { enable: true, factor: 1 },
    },
    [`POST /volumes/${volume}/expand`]: { expand_size: 1 },
  };
});
afterAll(() => system.close());

/** What happened to objects and operations: that a request was refused is an event too. */
async function eventCount(): Promise<string> {
  const [row] = await system.database.db.query<{ count: string }>(
    "select count(*) from brickyard.event where stream_kind <> 'request'",
  );
  return row?.count ?? '';
}

/** An answer of Heketi's form that is no 5xx, but for the 500 that its allocation refusals are. */
function expectWireError(answer: HttpAnswer, what: string): void {
  const { status, body, headers } = answer;
  // A path that has to be cleaned first.
  if (status === 301) return;
  const allocation = status === 500 && body.startsWith('Failed to allocate ');
  expect(status >= 400 && (status < 500 || allocation), `${what} → ${status.toString()} ${body}`).toBe(true);
  if (status === 405) {
    expect(body, what).toBe('');
    return;
  }
  expect(headers['content-type'], what).toBe('text/plain; charset=utf-8');
  expect(headers['x-content-type-options'], what).toBe('nosniff');
  expect(body, what).toMatch(/\n$/);
  expect(body, what).not.toMatch(/ {4}at |node_modules|select |PANIC/);
}

async function nothingHappens(attempts: readonly (readonly [string, string, HttpQuestion])[]): Promise<void> {
  const before = await eventCount();
  for (const [method, path, question] of attempts) {
    const what = `${method} ${path.slice(0, 200)} ${JSON.stringify(question).slice(0, 300)}`;
    expectWireError(await ask(system.base, method, path, question), what);
  }
  expect(await eventCount()).toBe(before);
}

/** Every path to a leaf of a body. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, below]) => leaves(below, [...path, key]))];
}

function replaced(body: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const object = body as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, by) };
}

/** What no field of ours is, apart from what a field's own type allows. */
function wrongFor(value: unknown): unknown[] {
  const odd: unknown[] = [1.5, [[1]], [{ a: 1 }], 1e30];
  if (typeof value !== 'string') odd.push('x', '\u0000', '\ud800');
  if (typeof value !== 'boolean') odd.push(true);
  if (typeof value !== 'number') odd.push(7);
  if (typeof value !== 'object' || Array.isArray(value)) odd.push({ a: 'b' });
  if (!Array.isArray(value)) odd.push(['x']);
  return odd;
}

describe('bodies', () => {
  it('that are no JSON change nothing', async () => {
    const raws = [
      '{',
      '}',
      '[',
      'x',
      '{"a"}',
      "{'a':1}",
      '{"a":1,}',
      '{}{}',
      '\u0000',
      '\ufeff{}',
      '"',
      '[]',
      '1',
      'true',
      '"x"',
      '<a/>',
      'a=b',
    ];
    const binary = [Buffer.from([0xff, 0xfe]), Buffer.from('{"name":"\xff', 'latin1'), Buffer.alloc(1000, 0x5b)];
    await nothingHappens(
      Object.keys(good).flatMap((key) => {
        const [method = '', path = ''] = key.split(' ');
        return [...raws, ...binary].map((raw) => [method, path, { raw }] as const);
      }),
    );
  });

  it('with any field of a wrong type change nothing', async () => {
    await nothingHappens(
      Object.entries(good).flatMap(([key, body]) => {
        const [method = '', path = ''] = key.split(' ');
        return leaves(body).flatMap((leaf) => {
          const value = leaf.reduce<unknown>((below, name) => (below as Record<string, unknown>)[name], body);
          // A float may be any number, and a map of strings may have any member.
          const odd = wrongFor(value).filter((by) => !(leaf.at(-1) === 'factor' && by === 1.5));
          return odd.map((by) => [method, path, { body: replaced(body, leaf, by) }] as const);
        });
      }),
    );
  });

  it('that break a rule change nothing', async () => {
    const {
      cluster,
      nodes: [node = ''],
      devices: [device = ''],
    } = topology;
    const hosts = { manage: ['x'], storage: ['y'] };
    const shell = [
      '$(id)',
      'a;b',
      'a\nb',
      '`id`',
      'a b',
      '../../etc',
      '\u0000',
      'a\u0000',
      '\u202e',
      '😀',
      'x'.repeat(300),
    ];
    const big = [Number.MAX_SAFE_INTEGER, 2 ** 62, 1e15, -1, 0];
    const add = { zone: 1, cluster, hostnames: hosts };
    await nothingHappens([
      ...shell.flatMap((text) => [
        ['POST', '/nodes', { body: { ...add, hostnames: { ...hosts, manage: [text] } } }] as const,
        ['POST', '/nodes', { body: { ...add, cluster: text } }] as const,
        ['POST', '/nodes', { body: { ...add, tags: { [text]: 'x' } } }] as const,
        ['POST', '/devices', { body: { node, name: `/dev/${text} ` } }] as const,
        ['POST', '/devices', { body: { node: text, name: '/dev/vdc' } }] as const,
        ['POST', '/volumes', { body: { size: 1, name: `${text} ` } }] as const,
        ['POST', '/volumes', { body: { size: 1, clusters: [text] } }] as const,
        ['POST', '/volumes', { body: { size: 1, durability: { type: text } } }] as const,
        ['POST', `/nodes/${node}/state`, { body: { state: text } }] as const,
        ['POST', `/devices/${device}/state`, { body: { state: 'offline', healcheck: text } }] as const,
        ['POST', `/devices/${device}/tags`, { body: { change_type: text } }] as const,
      ]),
      ...big.flatMap((size) => [
        ['POST', '/volumes', { body: { size } }] as const,
        ['POST', `/volumes/${volume}/expand`, { body: { expand_size: size } }] as const,
        ['POST', '/volumes', { body: { size: 1, gid: size === 0 ? -1 : size } }] as const,
      ]),
      ...['\u0000', 'a\u0000b', 'a\nb'].map(
        (text) => ['POST', '/volumes', { body: { size: 1, glustervolumeoptions: [text] } }] as const,
      ),
      ['POST', `/nodes/${node}/tags`, { body: { change_type: 'set', tags: { a: '\u0000' } } }],
      ['POST', '/nodes', { body: { ...add, hostnames: { manage: ['n1.manage'], storage: ['z'] } } }],
      ['DELETE', `/clusters/${cluster}`, {}],
      ['DELETE', `/nodes/${node}`, {}],
      ['DELETE', `/devices/${device}`, { raw: '{"forceforget":1}' }],
    ]);
  });
});

describe('idempotency keys', () => {
  it('that are malformed change nothing, whatever the route', async () => {
    const values = ['', '""', '"a', 'a\tb', '\u00e9', 'x'.repeat(256), ['a', 'a'], ['a', 'b']];
    const {
      cluster,
      nodes: [node = ''],
      devices: [device = ''],
    } = topology;
    const empty = JSON.parse((await ask(system.base, 'POST', '/clusters', { body: {} })).body) as { id: string };
    const all: readonly (readonly [string, object | undefined])[] = [
      ...Object.entries(good),
      [`DELETE /clusters/${empty.id}`, undefined],
      [`DELETE /nodes/${node}`, undefined],
      [`DELETE /devices/${device}`, { forceforget: true }],
      [`DELETE /volumes/${volume}`, undefined],
    ];
    const changing = routes.filter(({ method, built }) => method !== 'GET' && built);
    const pattern = (key: string): string => key.replace(/(?<=s\/)[0-9a-f]{32}/, '{id}');
    expect(new Set(all.map(([key]) => pattern(key)))).toEqual(
      new Set(changing.map(({ method, path }) => `${method} ${path}`)),
    );
    const attempts = all.flatMap(([key, body]) => {
      const [method = '', path = ''] = key.split(' ');
      return values.map((value) => [method, path, { body, headers: { 'idempotency-key': value } }] as const);
    });
    await nothingHappens([...attempts, ['GET', `/devices/${device}/resync`, { headers: { 'idempotency-key': '' } }]]);
    for (const [method, path, question] of attempts) {
      const answer = await ask(system.base, method, path, question);
      expect(answer).toMatchObject({
        status: 400,
        body: expect.stringContaining('Idempotency-Key must be ') as unknown,
      });
    }
    expect((await ask(system.base, 'GET', `/clusters/${cluster}`, { headers: { 'idempotency-key': '' } })).status).toBe(
      200,
    );
  });

  it('with control characters are no HTTP', async () => {
    const before = await eventCount();
    const { hostname, port } = new URL(system.base);
    for (const char of ['\u0000', '\u0001', '\u000b', '\u007f']) {
      const socket = connect(Number(port), hostname);
      const token = tokenFor('admin', 'POST', '/clusters');
      socket.write(`POST /clusters HTTP/1.1\r\nHost: x\r\nAuthorization: bearer ${token}\r\n`);
      socket.write(`Idempotency-Key: a${char}b\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(await eventCount()).toBe(before);
  });
});

describe('paths and tokens', () => {
  const ids = [
    '0',
    'f'.repeat(32),
    'F'.repeat(32),
    'a'.repeat(5000),
    'g',
    '%00',
    '%0a',
    '..%2f',
    "'",
    '%ff',
    '%',
    '*',
    ';',
    '0;drop',
    '{id}',
    ':id',
    '__proto__',
    '%F0%9F%98%80',
  ];

  it('lead nowhere where the id is odd, with a body or without', async () => {
    const withId = routes.filter(({ path, built }) => path.includes('{id}') && built);
    await nothingHappens(
      withId.flatMap(({ method, path }) =>
        ids.map(
          (id) =>
            [
              method,
              path.replace('{id}', id),
              method === 'POST' ? { raw: '{"state":"online","change_type":"set","expand_size":1}' } : {},
            ] as const,
        ),
      ),
    );
  });

  it('let nobody in with an odd token, whatever the route', async () => {
    const tokens = fc.sample(
      fc.oneof(
        fc.stringMatching(/^[!-~]{0,40}$/),
        fc.constantFrom('..', '...', 'a.b.c', 'e30.e30.', 'bnVsbA.bnVsbA.x'),
      ),
      { numRuns: 12, seed: 1 },
    );
    const before = await eventCount();
    for (const { method, path } of routes.filter(({ role }) => role !== 'public')) {
      for (const token of tokens) {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await ask(system.base, method, path.replace('{id}', volume), { as: 'none', headers, raw: '{}' });
        expectWireError(answer, `${method} ${path} ${token}`);
        expect([400, 401]).toContain(answer.status);
      }
    }
    expect(await eventCount()).toBe(before);
  });

  it('the user role changes nothing outside its API', async () => {
    const outside = Object.entries(good).filter(([key]) => !key.startsWith('POST /volumes'));
    await nothingHappens(
      outside.map(([key, body]) => {
        const [method = '', path = ''] = key.split(' ');
        return [method, path, { as: 'user', body }] as const;
      }),
    );
  });
});
