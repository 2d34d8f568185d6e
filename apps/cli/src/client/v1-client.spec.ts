import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestProblem } from './problem.js';
import { V1Client } from './v1-client.js';

let server: Server;
let seen: IncomingMessage[];
beforeEach(() => (seen = []));
afterEach(() => server.close());

async function clientOf(answer: RequestListener): Promise<V1Client> {
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new V1Client({ baseUrl, issuer: 'auditor', key: 'k', actor: 'iris' });
}

const claimsOf = ({ headers }: IncomingMessage): unknown =>
  JSON.parse(Buffer.from(headers.authorization!.split('.')[1]!, 'base64url').toString());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a list', () => {
  it('is followed to its end, with the same filter and a token for each page', async () => {
    const client = await clientOf(({ url }, response) => {
      const cursor = new URL(url!, 'http://x').searchParams.get('cursor');
      response.end(JSON.stringify(cursor === null ? { items: [1, 2], next: 'c1' } : { items: [3], next: null }));
    });
    expect(await all(client.items<number>('/v1/things', { name: 'a b', none: undefined }))).toEqual([1, 2, 3]);
    expect(seen.map(({ url }) => url)).toEqual(['/v1/things?name=a+b', '/v1/things?name=a+b&cursor=c1']);
    expect(claimsOf(seen[1]!)).toMatchObject({ iss: 'auditor', sub: 'iris' });
  });
});

describe('a refusal', () => {
  const problem = {
    type: 'urn:x',
    title: 'T',
    detail: 'No space',
    requestId: 'r1',
    reasons: [{ rule: 'a', detail: 'b' }],
  };
  it('has the problem whole', async () => {
    const client = await clientOf((_, response) =>
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem)),
    );
    const refused = await client.get('/v1/x').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RequestProblem);
    expect(refused).toMatchObject({ message: 'No space', problem: { ...problem, status: 409 }, isUnanswered: false });
  });
  it('of a proxy has its words', async () => {
    const client = await clientOf((_, response) => response.writeHead(502).end('<b>bad gateway</b>'));
    await expect(client.get('/v1/x')).rejects.toMatchObject({
      message: 'the server answered 502: <b>bad gateway</b>',
      isUnanswered: true,
    });
  });
});

describe('a server that is busy', () => {
  it.each([429, 503])('is asked again when it says so (%d), under the same key', async (status) => {
    const client = await clientOf((_, response) => {
      if (seen.length < 3) response.writeHead(status, { 'retry-after': '0' }).end();
      else response.end('{}');
    });
    await client.post('/v1/x', {});
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });
  it('is not asked for ever, nor where it does not say so', async () => {
    const client = await clientOf(({ url }, response) =>
      response.writeHead(503, url === '/v1/later' ? { 'retry-after': '0' } : {}).end(),
    );
    await expect(client.get('/v1/later')).rejects.toMatchObject({ isUnanswered: true });
    expect(seen).toHaveLength(5);
    await expect(client.get('/v1/never')).rejects.toMatchObject({ isUnanswered: true });
    expect(seen).toHaveLength(6);
  });
});

describe('a stream of events', () => {
  const frame = (id: number): string => `id: 1:${id}\nevent: Thing\ndata: {"n":${id}}\n\n`;
  it('that breaks is taken up behind the last event, to its end', async () => {
    const client = await clientOf((_, response) => {
      if (seen.length === 3) return void response.writeHead(204).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(seen.length === 1 ? `: hello\n\n${frame(1)}${frame(2)}id: 1:3\nevent: Thi` : frame(3));
      setImmediate(() => (seen.length === 1 ? response.destroy() : response.end()));
    });
    const breaks: string[] = [];
    const options = { signal: new AbortController().signal, broken: (why: string) => void breaks.push(why) };
    const events = await all(client.events('/v1/events', {}, options));
    expect(events.map(({ id, event, data }) => [id, event, data])).toEqual([
      ['1:1', 'Thing', '{"n":1}'],
      ['1:2', 'Thing', '{"n":2}'],
      ['1:3', 'Thing', '{"n":3}'],
    ]);
    expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1:2', '1:3']);
    expect(breaks).toHaveLength(2);
  });
  it('is refused at once where it is refused', async () => {
    const client = await clientOf((_, response) => response.writeHead(403).end('no'));
    const options = { signal: new AbortController().signal, broken: () => undefined };
    await expect(all(client.events('/v1/events', {}, options))).rejects.toThrow('the server answered 403: no');
  });
});
