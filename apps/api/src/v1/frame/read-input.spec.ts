import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { flagField, idField, pageFields, timeField } from './fields.js';
import { Problem } from './problem.js';
import { readInput } from './read-input.js';
import { v1Route } from './route.js';

const none = '0123456789abcdef0123456789abcdef';
const route = v1Route({
  method: 'POST',
  path: '/v1/things/{id}',
  operationId: 'thing',
  summary: '',
  tag: 'objects',
  roles: ['admin'],
  params: z.strictObject({ id: idField }),
  query: z.strictObject({ ...pageFields, at: timeField.optional(), all: flagField('x') }),
  body: z.strictObject({ size: z.number('must be a number'), inner: z.strictObject({ a: z.string() }).optional() }),
  answers: {},
});

async function read(query: unknown, body = '{"size":1}', id = none): Promise<unknown> {
  const raw = Readable.from([Buffer.from(body)]);
  try {
    return await readInput(route, { params: { id }, query, raw }, 100);
  } catch (error) {
    if (error instanceof Problem) return error.details.errors;
    throw error;
  }
}

describe('reading a request', () => {
  it('gives what the schemas make of it', async () => {
    expect(await read({})).toEqual({ params: { id: none }, query: { limit: 100 }, body: { size: 1 } });
    expect(await read({ limit: '7', at: '2026-01-31T13:00:00+01:00', all: 'true' })).toMatchObject({
      query: { limit: 7, at: '2026-01-31T13:00:00+01:00', all: 'true' },
    });
  });

  it.each(['0', '1001', '', ' 1', '1e2', '0x1', '1.0', '-1', 'x', ['1', '2'], '9'.repeat(30)])(
    'refuses %j as a limit',
    async (limit) => {
      expect(await read({ limit })).toEqual([{ field: 'limit', message: 'must be one whole number from 1 to 1000' }]);
    },
  );

  it.each(['', 'yesterday', '2026-01-31', '2026-01-31T12:00:00', '2026-02-30T12:00:00Z', ['2026-01-31T12:00:00Z']])(
    'refuses %j as a time',
    async (at) => {
      expect(await read({ at })).toEqual([{ field: 'at', message: expect.stringContaining('ISO 8601') as string }]);
    },
  );

  it('names everything that is wrong at once', async () => {
    expect(await read({ limit: 'x', cursor: '', more: '1' }, '{"size":"1","inner":{"a":"b","c":1}}', 'abc')).toEqual([
      { field: 'id', message: 'must be an id: 32 lower-case hex digits, as lists give them' },
      { field: 'limit', message: 'must be one whole number from 1 to 1000' },
      { field: 'cursor', message: 'is empty: leave it out to begin at the beginning' },
      { field: 'more', message: 'is not known here: leave it out, or use limit, cursor, at, all' },
      { field: 'body.size', message: 'must be a number' },
      { field: 'body.inner.c', message: 'is not known here: leave it out' },
    ]);
  });

  it.each(['', '{', 'x'])('refuses %j as a body', async (body) => {
    expect(await read({}, body)).toEqual([{ field: 'body', message: 'must be JSON' }]);
  });

  it('refuses a body that is too large', async () => {
    await expect(read({}, ' '.repeat(101))).rejects.toThrow('larger than 100 bytes');
  });
});
