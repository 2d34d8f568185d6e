import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PostgresAuditLog } from '#audit';
import { type BareApi, bareApi } from '#test/bare-api';
import type { TestDatabase } from '#test/database';
import { ask, tokenFor } from '#test/http-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { say, searchableLog } from './audit-database.js';
import { anyOf, type Filter, filterValues, pairs } from './audit-filters.js';
import { EVENTS_PER_VOLUME, idOf } from './audit-log.js';
import { heapInUse, mebibytes } from './heap.js';
import { closedLoop, type Measured } from './load.js';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const VOLUMES = Math.ceil(EVENTS / EVENTS_PER_VOLUME);
const CALLS = 200;
const CALLS_OF_PAIR = 20;
const CALLS_OF_ANY = 4_000;
const LIMIT_MS = 50;
const PATIENCE_MS = 3_600_000;
const orders = ['oldest-first', 'newest-first'] as const;

let database: TestDatabase;
let bare: BareApi;

beforeAll(async () => {
  ({ database } = await searchableLog(VOLUMES));
  bare = await bareApi({ audit: new PostgresAuditLog(database.db) });
}, PATIENCE_MS);
afterAll(async () => {
  await bare.api.close();
  await database.dispose();
});

/** The first page, as a client gets it: a connection, a token, the answer read and parsed. */
async function firstPage(filter: Filter, order: string): Promise<number> {
  const query = new URLSearchParams({ ...filter.query(), order });
  const { status, body } = await ask(bare.base, 'GET', `/v1/audit/events?${query.toString()}`, { as: 'auditor' });
  if (status !== 200) throw new Error(`${query.toString()}: ${status.toString()} ${body}`);
  return (JSON.parse(body) as { items: unknown[] }).items.length;
}

/** What it cannot be faster than: the same request and page from a bare server, and the primary key of one event. */
async function reference(): Promise<number> {
  const page = await ask(bare.base, 'GET', '/v1/audit/events', { as: 'auditor' });
  const server = http.createServer((_, response) => response.end(page.body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
  const served = await closedLoop({ callers: 1, calls: CALLS }, async () => {
    JSON.parse((await ask(base, 'GET', '/', { as: 'auditor' })).body);
  });
  server.close();
  const statement = 'select * from brickyard.event where stream_kind = $1 and stream_id = $2 and stream_version = 1';
  const found = await closedLoop({ callers: 1, calls: CALLS }, () =>
    database.db.query(statement, ['volume', idOf('volume', Math.floor(Math.random() * VOLUMES))]),
  );
  const of = ({ p50Ms, p99Ms }: Measured): string => `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  say(`reference: bare server, same page (${Buffer.byteLength(page.body).toString()} bytes) ${of(served)}`);
  say(`reference: one event by its primary key ${of(found)}`);
  return served.p50Ms + found.p50Ms;
}

function report(name: string, { p50Ms, p99Ms }: Measured, referenceMs: number): void {
  const ratio = (p50Ms / referenceMs).toFixed(1).padStart(5);
  const late = p99Ms > LIMIT_MS ? `  OVER ${LIMIT_MS.toString()} ms` : '';
  say(
    `${name.padEnd(66)} p50 ${p50Ms.toFixed(1).padStart(5)} ms  p99 ${p99Ms.toFixed(1).padStart(5)} ms ${ratio} references${late}`,
  );
}

it(
  'gives the first page of every value of every filter',
  async () => {
    const referenceMs = await reference();
    for (const filter of [{ name: 'nothing', query: () => ({}) }, ...filterValues(VOLUMES).flat()]) {
      for (const order of orders) {
        let found = 0;
        const measured = await closedLoop({ callers: 1, calls: CALLS }, async () => {
          found += await firstPage(filter, order);
        });
        report(`${filter.name}, ${order} (${(found / CALLS).toFixed(0)} events)`, measured, referenceMs);
      }
    }
  },
  PATIENCE_MS,
);

it(
  'gives the first page of every two filters, and of any number',
  async () => {
    const referenceMs = await reference();
    const values = filterValues(VOLUMES);
    const all = pairs(values).flatMap((filter) => orders.map((order) => ({ filter, order })));
    const measured: { name: string; of: Measured }[] = [];
    let nth = 0;
    const together = await closedLoop({ callers: 1, calls: all.length }, async () => {
      const { filter, order } = all[nth++]!;
      const of = await closedLoop({ callers: 1, calls: CALLS_OF_PAIR }, () => firstPage(filter, order));
      measured.push({ name: `${filter.name}; ${order}`, of });
    });
    const highest = Math.max(...measured.map(({ of }) => of.p99Ms)).toFixed(1);
    const over = measured.filter(({ of }) => of.p99Ms > LIMIT_MS).length;
    say(
      `${all.length.toString()} pairs, ${together.perSecond.toFixed(1)} a second, ${CALLS_OF_PAIR.toString()} times each`,
    );
    say(`highest p99 ${highest} ms, ${over.toString()} of them over ${LIMIT_MS.toString()} ms; the slowest by p50:`);
    for (const { name, of } of measured.toSorted((a, b) => b.of.p50Ms - a.of.p50Ms).slice(0, 12)) {
      report(name, of, referenceMs);
    }
    const any = await closedLoop({ callers: 1, calls: CALLS_OF_ANY }, (caller) =>
      firstPage(anyOf(values), orders[(caller + nth++) % 2]!),
    );
    report(`any number of any filters, ${CALLS_OF_ANY.toString()} times`, any, referenceMs);
    expect(measured).toHaveLength(all.length);
  },
  PATIENCE_MS,
);

/** Reads an export, and tells what it has read so far with every chunk. */
async function exported(onChunk: (events: number) => void): Promise<number> {
  const path = '/v1/audit/events:export';
  const headers = { authorization: `bearer ${tokenFor('auditor', 'GET', path)}` };
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(`${bare.base}${path}`, { headers, agent: false }, resolve).on('error', reject);
  });
  let events = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) events += 1;
    onChunk(events);
  }
  return events;
}

it(
  'exports all of it in constant memory',
  async () => {
    const started = performance.now();
    const parts: string[] = [];
    let highest = 0;
    const events = await exported((read) => {
      highest = Math.max(highest, process.memoryUsage.rss());
      if (read < ((parts.length + 1) * EVENTS) / 10) return;
      parts.push(heapInUse());
    });
    const rate = (events / (performance.now() - started)) * 1000;
    say(`export of ${events.toString()} events: ${rate.toFixed(0)}/s, resident at most ${mebibytes(highest)}`);
    say(`in use after each tenth: ${parts.join(', ')}`);
    const [row] = await database.db.query<{ count: string }>('select count(*) from brickyard.event');
    expect(events).toBe(Number(row?.count));
  },
  PATIENCE_MS,
);
