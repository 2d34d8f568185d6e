import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareApi, bareApi } from '#test/bare-api';
import { ask, tokenFor } from '#test/http-client';
import { routes } from './route-table.js';

const none = '0123456789abcdef0123456789abcdef';
let bare: BareApi;
let base: string;

beforeAll(async () => {
  bare = await bareApi();
  base = bare.base;
});
afterAll(() => bare.api.close());

const text = (status: number, body: string): object => ({
  status,
  body: `${body}\n`,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
});
const unknownPath = text(404, 'Invalid path or request');
const noToken = text(401, 'Required authorization token not found');
const notAdmin = text(401, 'Administrator access required');

describe('before authentication', () => {
  it('/hello is public, exact and only GET', async () => {
    const hello = await ask(base, 'GET', '/hello', { as: 'none' });
    expect(hello).toMatchObject({ status: 200, body: 'Hello from Heketi' });
    expect(hello.headers['content-type']).toBe('text/plain; charset=UTF-8');
    for (const [method, path] of [
      ['HEAD', '/hello'],
      ['POST', '/hello'],
      ['GET', '/hello/'],
      ['POST', '/metrics'],
      ['HEAD', '/metrics'],
    ] as const) {
      expect((await ask(base, method, path, { as: 'none' })).status).toBe(401);
      expect((await ask(base, method, path)).status).toBe(404);
    }
  });

  it.each([
    ['//clusters', '/clusters'],
    ['/./clusters', '/clusters'],
    ['/volumes/../clusters?a=b', '/clusters?a=b'],
    ['/volumes/%2e%2e/clusters', '/clusters'],
    ['//evil.example/', '/evil.example/'],
  ])('%s is cleaned', async (path, location) => {
    const answer = await ask(base, 'GET', path, { as: 'none' });
    expect(answer).toMatchObject({ status: 301, body: '', headers: { location, 'content-length': '0' } });
    expect((await ask(base, 'POST', path, { as: 'none' })).status).toBe(301);
  });

  it('broken escapes are a bad request', async () => {
    expect(await ask(base, 'GET', '/clusters/%zz', { as: 'none' })).toMatchObject(text(400, 'Bad Request'));
  });
});

describe('without a token', () => {
  it('nobody learns which paths exist', async () => {
    for (const path of ['/clusters', '/nowhere', '/', '/clusters/', '/blockvolumes', '/volumes/xyz']) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
        expect(await ask(base, method, path, { as: 'none' }), `${method} ${path}`).toMatchObject(noToken);
      }
    }
  });
});

describe('with the token of the administrator', () => {
  it.each([
    '/',
    '/nowhere',
    '/clusters/xyz',
    '/clusters/abc/xyz',
    '/topology',
    '/queue',
    '/volumes%2Fabc/expand/x',
    `/clusters/${none}/flags/x`,
  ])('%s is unknown', async (path) => {
    expect(await ask(base, 'GET', path)).toMatchObject(unknownPath);
  });

  it.each(['/clusters/a', `/clusters/${none.toUpperCase()}`, `/nodes/${'a'.repeat(4000)}`, '/queue/1'])(
    '%s has a well-formed id that nobody has',
    async (path) => {
      expect(await ask(base, 'GET', path)).toMatchObject(text(404, 'Id not found'));
    },
  );

  it.each([
    ['PUT', '/clusters'],
    ['HEAD', '/clusters'],
    ['OPTIONS', '/volumes'],
    ['GET', '/nodes'],
    ['PATCH', `/volumes/${none}`],
    ['POST', `/queue/${none}`],
    ['PROPFIND', '/clusters'],
  ])('%s %s: the method is wrong', async (method, path) => {
    const answer = await ask(base, method, path);
    expect(answer).toMatchObject({ status: 405, body: '', headers: { 'content-length': '0' } });
    expect(answer.headers).not.toHaveProperty('allow');
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it('a trailing slash is taken away, after authentication', async () => {
    expect(await ask(base, 'GET', '/clusters/?a=b')).toMatchObject({
      status: 301,
      body: '<a href="/clusters?a=b">Moved Permanently</a>.\n\n',
      headers: { location: '/clusters?a=b', 'content-type': 'text/html; charset=utf-8' },
    });
    expect(await ask(base, 'DELETE', `/volumes/${none}/`)).toMatchObject({ status: 301, body: '' });
    expect(await ask(base, 'GET', '/clusters/', { signPath: '/clusters' })).toMatchObject(
      text(401, 'Invalid qsh claim in token'),
    );
  });

  it('the query is ignored, an encoded slash is one', async () => {
    expect(await ask(base, 'GET', '/clusters?x=/volumes')).toMatchObject({ status: 200, body: '{"clusters":[]}\n' });
    expect(await ask(base, 'GET', `/clusters%2F${none}`)).toMatchObject(unknownPath);
  });

  it('JSON is announced and ended as Go does', async () => {
    const { headers, body } = await ask(base, 'GET', '/volumes');
    expect(headers['content-type']).toBe('application/json; charset=UTF-8');
    expect(body).toBe('{"volumes":[]}\n');
  });
});

describe('the user role', () => {
  it('has exactly what the table gives it', async () => {
    for (const { method, path, role } of routes) {
      if (role === 'public') continue;
      const answer = await ask(base, method, path.replace('{id}', none), { as: 'user', raw: '{' });
      const refused = answer.status === 401 && answer.body === 'Administrator access required\n';
      expect(refused, `${method} ${path}`).toBe(role === 'admin');
    }
  });

  it.each(['/nowhere', '/', '/clusters/', '/volumesx', '/queue', '/volumes%2F..%2Fclusters'])(
    'may not know about %s',
    async (path) => {
      const answer = await ask(base, 'GET', path, { as: 'user' });
      expect(answer.status === 301 || answer.body === 'Administrator access required\n', answer.body).toBe(true);
    },
  );

  it('reads the usual errors inside its own API', async () => {
    expect(await ask(base, 'GET', '/volumes/xyz', { as: 'user' })).toMatchObject(unknownPath);
    expect((await ask(base, 'PUT', '/volumes', { as: 'user' })).status).toBe(405);
    expect((await ask(base, 'GET', '/volumes/', { as: 'user' })).status).toBe(301);
    expect(await ask(base, 'GET', '/db/dump', { as: 'user' })).toMatchObject(notAdmin);
  });
});

describe('bodies', () => {
  const unparsable = text(422, 'request unable to be parsed');
  it.each([
    '',
    '{',
    '[]',
    '1',
    '"x"',
    '{"size":"1"}',
    '{"size":1.0}',
    '{"size":1e0}',
    '{"size":9223372036854775808}',
    '{} x',
    '\ufeff{}',
    '['.repeat(1900),
  ])('POST /volumes %j cannot be parsed', async (raw) => {
    expect(await ask(base, 'POST', '/volumes', { raw })).toMatchObject(unparsable);
  });

  it.each(['null', '{}', ' {"SIZE":0,"unknown":[{}]} ', '{"size":null}', '{"size":1,"size":0}'])(
    'POST /volumes %j is read as Go reads it',
    async (raw) => {
      expect(await ask(base, 'POST', '/volumes', { raw })).toMatchObject(
        text(400, 'validation failed: size: cannot be blank.'),
      );
    },
  );

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', ';;;', 'multipart/form-data'])(
    'content type %s does not matter',
    async (type) => {
      const answer = await ask(base, 'POST', '/volumes', { raw: '{}', headers: { 'content-type': type } });
      expect(answer.status).toBe(400);
    },
  );

  it('are refused beyond the limit, chunked or not', async () => {
    const tooLarge = text(413, 'request body is larger than 2000 bytes');
    expect(await ask(base, 'POST', '/volumes', { raw: ' '.repeat(2001) })).toMatchObject(tooLarge);
    expect(
      await ask(base, 'POST', '/volumes', {
        raw: `0${' '.repeat(4000)}`,
        headers: { 'transfer-encoding': 'chunked' },
      }).catch(() => null),
    ).toSatisfy((answer: { status: number } | null) => answer === null || answer.status >= 400);
  });

  it('are tolerated where none is wanted', async () => {
    expect((await ask(base, 'GET', '/clusters', { raw: '{}' })).status).toBe(200);
    expect((await ask(base, 'DELETE', `/volumes/${none}`, { raw: '{}' })).body).toBe('Id not found\n');
  });

  it('are not read before the caller is known', async () => {
    expect(await ask(base, 'POST', '/clusters', { as: 'none', raw: ' '.repeat(5000) })).toMatchObject(noToken);
  });
});

describe('what is not built yet', () => {
  it('says so to those who may know', async () => {
    for (const { method, path } of routes.filter(({ built }) => !built)) {
      expect(await ask(base, method, path.replace('{id}', none), { raw: '{}' })).toMatchObject(
        text(501, 'not implemented yet'),
      );
    }
  });
});

describe('when things break', () => {
  it('says nothing but the request id', async () => {
    const { status, body } = await ask(base, 'POST', '/clusters', {
      raw: '{}',
      headers: { 'x-request-id': 'my-request' },
    });
    expect({ status, body }).toEqual({ status: 500, body: 'Internal server error (request my-request)\n' });
    const odd = await ask(base, 'POST', '/clusters', { raw: '{}', headers: { 'x-request-id': '<b>' } });
    expect(odd.body).toMatch(/^Internal server error \(request [0-9a-f]{32}\)\n$/);
  });

  it('answers 503 while the database is away, and still has metrics', async () => {
    bare.databaseAway(true);
    try {
      expect(await ask(base, 'GET', '/volumes')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
      const metrics = await ask(base, 'GET', '/metrics', { as: 'none' });
      expect(metrics.status).toBe(200);
      expect(metrics.body).toContain('heketi_up 0\n');
      expect(metrics.body).not.toContain('heketi_cluster_count');
      expect(await ask(base, 'GET', '/readyz', { as: 'none' })).toMatchObject(text(503, 'not ready: database'));
      expect((await ask(base, 'GET', '/livez', { as: 'none' })).status).toBe(200);
    } finally {
      bare.databaseAway(false);
    }
    expect((await ask(base, 'GET', '/readyz?verbose', { as: 'none' })).body).toBe(
      '{"ready":true,"checks":[{"name":"database","ok":true},{"name":"accepting","ok":true}]}\n',
    );
    expect((await ask(base, 'GET', '/metrics', { as: 'none' })).body).toContain('heketi_up 1\n');
  });
});

describe('clients that never complete a request', () => {
  it('do not keep the server from closing', async () => {
    const { api: other, base: itsBase } = await bareApi();
    const address = new URL(itsBase);
    const arrived = new Promise((resolve) => other.app.getHttpServer().once('request', resolve));
    const socket = connect(Number(address.port), address.hostname);
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    const path = '/clusters';
    const authorization = `bearer ${tokenFor('admin', 'POST', path)}`;
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 9\r\n\r\n{`);
    await arrived;
    await other.close(10);
    await gone;
  });
});
