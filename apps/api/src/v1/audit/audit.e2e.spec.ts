import type { RefusedRequest } from '#audit';
import { ask } from '#test/http-client';
import { startSystem, type TestSystem } from '#test/system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { getRequest, listEvents } from './audit.routes.js';
import { eventSchema } from './event-json.js';

type Event = z.output<typeof eventSchema>;
type Trace = z.output<(typeof getRequest)['answers'][200]['schema']>;

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

async function read(path: string): Promise<unknown> {
  const { status, body } = await ask(system.base, 'GET', path, { as: 'auditor' });
  expect(status, body).toBe(200);
  return JSON.parse(body);
}

async function search(query: string): Promise<readonly Event[]> {
  const answer = listEvents.answers[200].schema.parse(await read(`/v1/audit/events?${query}`));
  return answer.items;
}

/** What became of a request, once the log knows. */
async function traceOf(requestId: string): Promise<Trace> {
  const path = `/v1/requests/${requestId}`;
  await expect.poll(async () => (await ask(system.base, 'GET', path, { as: 'auditor' })).status).toBe(200);
  return getRequest.answers[200].schema.parse(await read(path));
}

async function change(requestId: string, path: string, body: unknown): Promise<{ status: number; body: string }> {
  const headers = { 'x-request-id': requestId, 'user-agent': 'auditor-test/1' };
  return ask(system.base, 'POST', path, { body, headers });
}

describe('what became of a request', () => {
  it('is what it changed', async () => {
    const { status, body } = await change('made-a-cluster', '/clusters', { file: true, block: true });
    expect(status).toBe(201);
    const { id } = JSON.parse(body) as { id: string };
    const trace = await traceOf('made-a-cluster');
    expect(trace).toMatchObject({ outcome: 'changed', refusals: [], operations: [], more: false });
    expect(trace.events).toMatchObject([
      {
        type: 'ClusterCreated',
        stream: { kind: 'cluster', id, version: 1 },
        actor: 'admin',
        issuer: 'admin',
        sourceAddress: '127.0.0.1',
        userAgent: 'auditor-test/1',
      },
    ]);
    expect(await search(`object=cluster/${id}`)).toEqual(trace.events);
  });

  it('is why it was refused, with the reasons that the client was not told', async () => {
    await change('a-cluster-first', '/clusters', { file: true, block: true });
    const { status, body } = await change('too-much', '/volumes', { size: 10, name: 'never' });
    expect(status).toBeGreaterThanOrEqual(400);
    const { outcome, refusals, events } = await traceOf('too-much');
    expect({ outcome, events }).toEqual({ outcome: 'refused', events: [] });
    expect(refusals).toMatchObject([{ type: 'RequestRefused', issuer: 'admin', stream: { kind: 'request' } }]);
    const data = refusals[0]?.data as RefusedRequest;
    expect(data).toMatchObject({ stage: 'change', method: 'POST', path: '/volumes', status, text: body.trim() });
    expect(data.reasons?.length).toBeGreaterThan(0);
    expect(JSON.stringify(refusals)).not.toContain('never');
  });

  it('is nothing where there was no such request', async () => {
    const answer = await ask(system.base, 'GET', '/v1/requests/nobody', { as: 'auditor' });
    expect(answer).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } });
  });
});

describe('a stranger', () => {
  it('is found by where he came from and what he wanted', async () => {
    const id = '0123456789abcdef0123456789abcdef';
    const headers = { 'x-request-id': 'stranger' };
    await ask(system.base, 'DELETE', `/volumes/${id}`, { as: 'none', headers });
    await traceOf('stranger');
    const [event, ...more] = await search(`object=volume/${id}&sourceAddress=127.0.0.1&issuer=none`);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ requestId: 'stranger', actor: 'unknown', data: { stage: 'door', volumeId: id } });
  });
});

describe('an export', () => {
  it('is what the search finds', async () => {
    const { body } = await ask(system.base, 'GET', '/v1/audit/events:export?order=newest-first', { as: 'auditor' });
    const lines = body
      .trimEnd()
      .split('\n')
      .map((line) => eventSchema.parse(JSON.parse(line)));
    expect(lines.length).toBeGreaterThan(3);
    expect(await search(`order=newest-first&limit=1000&to=${encodeURIComponent('2100-01-01T00:00:00Z')}`)).toEqual(
      lines,
    );
  });
});
