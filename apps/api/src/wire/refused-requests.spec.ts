import type { Refusal } from '#audit';
import { DomainError } from '#kernel';
import { type BareApi, bareApi } from '#test/bare-api';
import { ask, tokenFor } from '#test/http-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const id = '0123456789abcdef0123456789abcdef';
const reasons = [{ rule: 'space', detail: 'device d is full' }];
let recorded: Refusal[] = [];
let bare: BareApi;
let ledgerError: Error;

beforeAll(async () => {
  bare = await bareApi({
    refusals: { record: (refusal) => void recorded.push(refusal) },
    ledger: { transact: () => Promise.reject(ledgerError) },
  });
});
afterAll(() => bare.api.close());
beforeEach(() => {
  recorded = [];
  ledgerError = new DomainError('refused', 'No space', reasons);
});

type Question = NonNullable<Parameters<typeof ask>[3]>;
async function refusalOf(method: string, path: string, question: Question = {}): Promise<Refusal | undefined> {
  await ask(bare.base, method, path, question);
  // Recorded behind the answer: the next answer on the same server comes later.
  await ask(bare.base, 'GET', '/livez', { as: 'none' });
  expect(recorded.length).toBeLessThan(2);
  return recorded[0];
}

describe('a request that is turned away at the door', () => {
  it('is recorded with where it came from and whom it claims to be', async () => {
    const authorization = `bearer ${tokenFor('admin', 'GET', '/elsewhere')}`;
    const headers = { authorization, 'x-request-id': 'mine', 'user-agent': 'test/1' };
    const refusal = await refusalOf('GET', `/volumes?secret=${id}`, { as: 'none', headers });
    expect(refusal).toMatchObject({
      stage: 'door',
      method: 'GET',
      path: '/volumes',
      status: 401,
      text: 'Invalid qsh claim in token\n',
      claimedIssuer: 'admin',
      reasons: [],
    });
    expect(refusal?.attribution).toEqual({
      actor: 'unknown',
      issuer: 'none',
      requestId: 'mine',
      correlationId: 'mine',
      causationId: null,
      sourceAddress: '127.0.0.1',
      userAgent: 'test/1',
    });
    expect(JSON.stringify(refusal)).not.toContain(authorization.slice(30));
  });

  it('is recorded without a token, with half a header, and on paths that there are not', async () => {
    expect(await refusalOf('GET', '/nowhere', { as: 'none' })).toMatchObject({ stage: 'door', status: 401 });
    recorded = [];
    const headers = { authorization: 'Basic abc' };
    expect(await refusalOf('POST', '/volumes', { as: 'none', headers })).toMatchObject({ stage: 'door', status: 400 });
  });

  it('is known where the token was valid and the role not enough', async () => {
    const refusal = await refusalOf('POST', '/clusters', { as: 'user' });
    expect(refusal).toMatchObject({ stage: 'door', text: 'Administrator access required\n', claimedIssuer: null });
    expect(refusal?.attribution).toMatchObject({ issuer: 'user', actor: 'user' });
    recorded = [];
    const underV1 = await refusalOf('GET', '/v1/audit/events', { as: 'user' });
    expect(underV1).toMatchObject({ stage: 'door', status: 403, attribution: { issuer: 'user' } });
    expect(underV1?.text).toBe('GET /v1/audit/events is for admin or auditor, the token is that of user');
  });
});

describe('a change that is refused', () => {
  it('is recorded with what the client was told, and why', async () => {
    const refusal = await refusalOf('POST', '/clusters', { body: {} });
    expect(refusal).toMatchObject({ stage: 'change', status: 500, text: 'No space\n', reasons, claimedIssuer: null });
    expect(refusal?.attribution).toMatchObject({ issuer: 'admin', actor: 'admin' });
  });

  it('is answered and recorded also where its text looks like JSON', async () => {
    ledgerError = new DomainError('refused', '{half');
    expect(await refusalOf('POST', '/clusters', { body: {} })).toMatchObject({ status: 500, text: '{half\n' });
  });

  it('is recorded whatever it failed with', async () => {
    ledgerError = new Error('secret detail');
    const refusal = await refusalOf('POST', '/clusters', { body: {} });
    expect(refusal?.text).toMatch(/^Internal server error \(request \S+\)\n$/);
    recorded = [];
    expect(await refusalOf('POST', '/volumes', { raw: '{"size": "hunter2' })).toMatchObject({ status: 422 });
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
    recorded = [];
    expect(await refusalOf('DELETE', `/volumes/${id}/expand`)).toMatchObject({ status: 405, text: '' });
    recorded = [];
    expect(await refusalOf('GET', `/devices/${id}/resync`)).toMatchObject({ stage: 'change' });
  });
});

describe('what is not recorded', () => {
  it.each([
    ['GET', `/volumes/${id}`],
    ['GET', `/queue/${id}`],
    ['GET', '/nowhere'],
    ['GET', '/hello'],
    ['GET', '/v1/nowhere'],
    ['GET', '//hello'],
  ])('is a question that found nothing, or something: %s %s', async (method, path) => {
    expect(await refusalOf(method, path)).toBeUndefined();
  });
});
