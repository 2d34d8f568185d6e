import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditLog, EventFilter, EventPage } from '#audit';
import { logPosition, type RecordedEvent } from '#event-store';
import { systemAttribution } from '#kernel';
import { type BareApi, bareApi } from '#test/bare-api';
import { ask, tokenFor } from '#test/http-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const event = (nth: number, data: unknown = {}): RecordedEvent => ({
  position: logPosition('7', nth.toString()),
  eventId: `00000000-0000-8000-8000-${nth.toString().padStart(12, '0')}`,
  streamKind: 'volume',
  streamId: 'v',
  streamVersion: nth,
  schemaVersion: 1,
  event: { type: 'VolumeCreated', data },
  attribution: systemAttribution('worker', 'op'),
  recordedAt: new Date(nth),
});

let asked: { filter: EventFilter; page: unknown }[] = [];
let page: EventPage;
let pages: () => AsyncGenerator<readonly RecordedEvent[], void, undefined>;
const audit: AuditLog = {
  anchors: () => Promise.resolve([]),
  search: (filter, settings) => {
    asked.push({ filter, page: settings });
    return Promise.resolve(page);
  },
  export: (filter, order) => {
    asked.push({ filter, page: order });
    return pages();
  },
  request: () => Promise.resolve({ events: [], more: false }),
  history: () => Promise.resolve({ entries: [], next: null }),
};

let bare: BareApi;
beforeAll(async () => {
  bare = await bareApi({ audit });
});
afterAll(() => bare.api.close());
beforeEach(() => {
  asked = [];
  page = { events: [event(1)], next: null };
});

const get = async (path: string) => {
  const { status, body, headers } = await ask(bare.base, 'GET', path, { as: 'auditor' });
  return { status, type: headers['content-type'], body };
};

describe('a search', () => {
  it('takes every filter', async () => {
    const query =
      'object=volume/abc&actor=ann&issuer=user&type=VolumeCreated&requestId=r&sourceAddress=10.0.0.1' +
      '&from=2026-01-01T00:00:00Z&to=2026-01-01T02:00:00%2B01:00&order=newest-first&limit=7';
    expect((await get(`/v1/audit/events?${query}`)).status).toBe(200);
    expect(asked).toEqual([
      {
        filter: {
          object: { kind: 'volume', id: 'abc' },
          actor: 'ann',
          issuer: 'user',
          type: 'VolumeCreated',
          requestId: 'r',
          sourceAddress: '10.0.0.1',
          from: new Date('2026-01-01T00:00:00Z'),
          to: new Date('2026-01-01T01:00:00Z'),
        },
        page: { order: 'newest-first', after: null, limit: 7 },
      },
    ]);
  });

  it('goes on where the page before has ended, with the same filter only', async () => {
    page = { events: [], next: logPosition('7', '9') };
    const { body } = await get('/v1/audit/events?actor=ann');
    const { next, items } = JSON.parse(body) as { next: string; items: unknown[] };
    expect(items).toEqual([]);
    await get(`/v1/audit/events?actor=ann&limit=5&cursor=${next}`);
    expect(asked[1]?.page).toEqual({ order: 'oldest-first', after: '7:9', limit: 5 });
    expect(await get(`/v1/audit/events?actor=bob&cursor=${next}`)).toMatchObject({ status: 400 });
  });

  it.each([
    ['object=volume', 'object'],
    ['object=tape/1', 'object'],
    ['from=yesterday', 'from'],
    ['order=up', 'order'],
    ['actor=', 'actor'],
    ['actor=a&actor=b', 'actor'],
    ['limit=0', 'limit'],
    ['user=ann', 'user'],
  ])('names what is wrong in ?%s', async (query, field) => {
    const { status, body } = await get(`/v1/audit/events?${query}`);
    expect(status).toBe(400);
    expect((JSON.parse(body) as { errors: { field: string }[] }).errors.map((error) => error.field)).toEqual([field]);
    expect(asked).toEqual([]);
  });
});

describe('an export', () => {
  it('is one event a line, and empty where there is none', async () => {
    pages = async function* () {
      yield await Promise.resolve([event(1), event(2, 'with "quotes"\nand lines')]);
      yield [event(3)];
    };
    const { status, type, body } = await get('/v1/audit/events:export?actor=ann');
    expect({ status, type }).toEqual({ status: 200, type: 'application/x-ndjson' });
    const lines = body.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { position: string }).position)).toEqual(['7:1', '7:2', '7:3']);
    pages = async function* () {
      yield* await Promise.resolve([]);
    };
    expect(await get('/v1/audit/events:export')).toMatchObject({ status: 200, body: '' });
  });

  it('is refused as a problem where nothing could be read, and breaks off where it cannot go on', async () => {
    pages = async function* () {
      yield* await Promise.reject<never[]>(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
    };
    expect(await get('/v1/audit/events:export')).toMatchObject({ status: 503, type: 'application/problem+json' });
    pages = async function* () {
      yield [event(1)];
      yield* await Promise.reject<never[]>(new Error('gone'));
    };
    await expect(get('/v1/audit/events:export')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  it('reads no more than its client takes, and stops when the client is gone', async () => {
    let read = 0;
    let ended = false;
    pages = async function* () {
      try {
        for (; read < 10_000; read += 1) yield await Promise.resolve([event(read, 'x'.repeat(100_000))]);
      } finally {
        ended = true;
      }
    };
    const path = '/v1/audit/events:export';
    const headers = { authorization: `bearer ${tokenFor('auditor', 'GET', path)}` };
    const response = await new Promise<http.IncomingMessage>((resolve) => {
      http.get(`${bare.base}${path}`, { headers }, resolve);
    });
    response.pause();
    // It stands still once the buffers of both ends are full: a few megabytes, not the gigabyte that there is.
    let before = -1;
    while (before !== read) {
      before = read;
      await delay(300);
    }
    expect(read).toBeLessThan(500);
    response.destroy();
    await expect.poll(() => ended).toBe(true);
  });
});
