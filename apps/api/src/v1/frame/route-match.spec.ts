import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { V1Table, routerPath } from './route-match.js';
import { v1Route } from './route.js';

const route = (method: 'GET' | 'POST', path: string) =>
  v1Route({ method, path, operationId: path, summary: '', tag: 'objects', roles: ['admin'], answers: {} });
const table = new V1Table([
  route('GET', '/v1/volumes'),
  route('POST', '/v1/volumes:plan'),
  route('GET', '/v1/volumes/{id}'),
  route('POST', '/v1/volumes/{id}:plan-expand'),
  route('GET', '/v1/volumes/{id}/history'),
]);

describe('the table of our routes', () => {
  it.each([
    ['GET', '/v1/volumes', '/v1/volumes'],
    ['POST', '/v1/volumes:plan', '/v1/volumes:plan'],
    ['GET', '/v1/volumes/a.b', '/v1/volumes/{id}'],
    ['POST', '/v1/volumes/ab:plan-expand', '/v1/volumes/{id}:plan-expand'],
    ['GET', '/v1/volumes/ab/history', '/v1/volumes/{id}/history'],
    ['POST', '/v1/volumes', null],
    ['GET', '/v1/volumes/', null],
    ['GET', '/v1/volumes/a/b/c', null],
    ['GET', '/v1/volumes:plan', null],
    ['GET', '/v1/volumes\n', null],
    ['GET', '/x/v1/volumes', null],
  ])('%s %j is %j', (method, path, expected) => {
    expect(table.find(method, path)?.path ?? null).toBe(expected);
  });

  it('is understood by the router as it is by the table', async () => {
    const server = fastify();
    for (const { method, path } of table.routes) {
      server.route({
        method,
        url: routerPath(path),
        handler: ({ routeOptions, params }) => ({ path: table.pathOf(routeOptions.url ?? ''), params }),
      });
    }
    for (const { method, path } of table.routes) {
      const { body } = await server.inject({ method, url: path.replace('{id}', 'ab') });
      expect(JSON.parse(body)).toEqual({ path, params: path.includes('{id}') ? { id: 'ab' } : {} });
    }
    await server.close();
  });
});
