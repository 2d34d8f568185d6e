import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareApi, bareApi } from '#test/bare-api';
import { type HttpAnswer, type TestIssuer, ask } from '#test/http-client';
import { problemSchema } from '../openapi/problem-schema.js';
import { v1Table } from '../routes.js';
import { routes } from '../../wire/route-table.js';

const none = '0123456789abcdef0123456789abcdef';
const callers = ['admin', 'user', 'auditor', 'none'] as const satisfies readonly (TestIssuer | 'none')[];
let bare: BareApi;
let base: string;

beforeAll(async () => {
  bare = await bareApi();
  base = bare.base;
});
afterAll(() => bare.api.close());

/** A problem of our form, whole. */
function problemIn({ headers, body, status }: HttpAnswer) {
  expect(headers['content-type']).toBe('application/problem+json');
  const problem = problemSchema.parse(JSON.parse(body));
  expect(problem.status).toBe(status);
  return problem;
}

describe('every route and every caller', () => {
  it('of Heketi: the administrator, the user where the table says so, the auditor never', async () => {
    for (const { method, path, role } of routes) {
      for (const as of callers) {
        const answer = await ask(base, method, path.replace('{id}', none), { as, raw: '{' });
        const text = as === 'none' ? 'Required authorization token not found\n' : 'Administrator access required\n';
        const refused = answer.status === 401 && answer.body === text;
        const may = role === 'public' || as === 'admin' || (as === 'user' && role === 'user');
        expect(!refused, `${as} ${method} ${path}: ${answer.body}`).toBe(may);
      }
    }
  });

  it('of ours: those whom the declaration names', async () => {
    for (const { method, path, roles } of v1Table.routes) {
      for (const as of callers) {
        const answer = await ask(base, method, path.replace(/\{\w+\}/g, none), { as, raw: '{' });
        const may = roles === 'public' || (as !== 'none' && roles.includes(as));
        const refusal = as === 'none' ? 401 : 403;
        expect(answer.status === refusal, `${as} ${method} ${path}: ${answer.body}`).toBe(!may);
        if (!may) problemIn(answer);
      }
    }
  });
});

describe('the auditor', () => {
  it.each(['/nowhere', '/', '/v1x', '/volumes', '/queue/a', '/volumes/'])('has nothing at %s', async (path) => {
    const answer = await ask(base, 'GET', path, { as: 'auditor' });
    expect(answer).toMatchObject({ status: 401, body: 'Administrator access required\n' });
  });
});

describe('under /v1', () => {
  it('says who has to ask how', async () => {
    const answer = await ask(base, 'GET', '/v1/nowhere', { as: 'none' });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="brickyard"');
    expect(problemIn(answer)).toMatchObject({
      type: 'urn:brickyard:problem:unauthenticated',
      detail: 'Required authorization token not found',
    });
    const basic = await ask(base, 'GET', '/v1/nowhere', { as: 'none', headers: { authorization: 'Basic x' } });
    expect(problemIn(basic)).toMatchObject({ status: 400, detail: expect.stringContaining('Bearer') as string });
  });

  it.each(['/v1', '/v1/', '/v1/nowhere', '/v1/openapi.json/', '/v1%2Fopenapi.json'])(
    '%s is not there',
    async (path) => {
      const answer = await ask(base, 'GET', path, { headers: { 'x-request-id': 'mine' } });
      expect(problemIn(answer)).toMatchObject({
        type: 'urn:brickyard:problem:not-found',
        status: 404,
        requestId: 'mine',
      });
    },
  );

  it.each(['POST', 'DELETE', 'PUT', 'OPTIONS'])('%s is told which methods there are', async (method) => {
    const answer = await ask(base, method, '/v1/openapi.json');
    expect(answer.headers.allow).toBe('GET');
    expect(problemIn(answer)).toMatchObject({ type: 'urn:brickyard:problem:method-not-allowed', status: 405 });
  });

  it('refuses parameters that nobody reads, by name', async () => {
    const answer = await ask(base, 'GET', '/v1/openapi.json?x=1&y=2', { as: 'none' });
    expect(problemIn(answer)).toMatchObject({
      type: 'urn:brickyard:problem:invalid-request',
      status: 400,
      errors: [
        { field: 'x', message: 'is not a parameter of /v1/openapi.json, which takes none: leave it out' },
        { field: 'y' },
      ],
    });
  });

  it('refuses broken escapes in its own form, and leaves Heketi its', async () => {
    expect(problemIn(await ask(base, 'GET', '/v1/%zz'))).toMatchObject({ status: 400 });
    expect(await ask(base, 'GET', '/v1x/%zz')).toMatchObject({ status: 400, body: 'Bad Request\n' });
  });

  it('gives its document to everybody', async () => {
    const answer = await ask(base, 'GET', '/v1/openapi.json', { as: 'none' });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer.body)).toMatchObject({ openapi: '3.1.1', paths: { '/v1/openapi.json': {} } });
  });
});
