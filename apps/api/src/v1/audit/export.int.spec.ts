import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { PostgresAuditLog } from '#audit';
import type { Sql } from '#kernel';
import { type BareApi, bareApi } from '#test/bare-api';
import { freshDatabase, type TestDatabase } from '#test/database';
import { tokenFor } from '#test/http-client';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Far more than the buffers of both ends take: 120 MB. */
const EVENTS = 6_000;
const BYTES_EACH = 20_000;
const PAGES = EVENTS / 200;
const PATH = '/v1/audit/events:export';

const events = `
insert into brickyard.event (transaction_id, stream_kind, stream_id, stream_version, event_id, command_id, type, schema_version,
  data, actor, issuer, request_id, correlation_id)
select pg_current_xact_id(), 'operation', 'o', n, gen_random_uuid(), n::text, 'StepSucceeded', 1,
  jsonb_build_object('stdout', repeat('x', ${BYTES_EACH})), 'worker', 'brickyard', 'r', 'o'
from generate_series(1, ${EVENTS}) n`;

let database: TestDatabase;
let bare: BareApi;
let statements = 0;

beforeAll(async () => {
  database = await freshDatabase();
  const owner = await database.connect('owner', 1);
  await owner.transaction(async (tx) => {
    await tx.query("set local session_replication_role = 'replica'");
    await tx.query(events);
  });
  const counting: Sql = {
    query: (text, parameters) => {
      statements += 1;
      return database.db.query(text, parameters);
    },
  };
  bare = await bareApi({ audit: new PostgresAuditLog(counting) });
});
// It fails where a connection is still in use.
afterAll(async () => {
  await bare.api.close();
  await database.dispose();
});

async function open(): Promise<http.IncomingMessage> {
  const headers = { authorization: `bearer ${tokenFor('auditor', 'GET', PATH)}` };
  return new Promise((resolve, reject) => {
    http.get(`${bare.base}${PATH}`, { headers, agent: false }, resolve).on('error', reject);
  });
}

/** Waits until nothing has been read from the database for a while. */
async function standstill(): Promise<void> {
  for (let before = -1; before !== statements;) {
    before = statements;
    await delay(500);
  }
}

/** Connections of the application that hold anything: a statement, a transaction, a snapshot. */
async function holding(): Promise<string[]> {
  const owner = await database.connect('owner', 1);
  const rows = await owner.query<{ what: string }>(
    `select concat_ws(' ', state, query) as what from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and (state <> 'idle' or xact_start is not null or backend_xid is not null or backend_xmin is not null)`,
  );
  return rows.map(({ what }) => what);
}

it('holds nothing of the database while its client takes nothing, and goes on to the end when it does', async () => {
  statements = 0;
  const response = await open();
  response.pause();
  await standstill();
  expect(statements).toBeGreaterThan(0);
  expect(statements).toBeLessThan(PAGES / 2);
  expect(await holding()).toEqual([]);
  let lines = 0;
  let rest = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines += parts.length;
  }
  expect({ lines, rest, complete: response.complete }).toEqual({ lines: EVENTS, rest: '', complete: true });
});

it.each(['reading', 'not reading'])('ends with its client, who was %s', async (doing) => {
  statements = 0;
  const response = await open();
  response.on('error', () => undefined);
  if (doing === 'reading') await new Promise((resolve) => response.once('data', resolve));
  else await expect.poll(() => statements).toBeGreaterThan(2);
  response.destroy();
  await standstill();
  expect(statements).toBeLessThan(PAGES / 2);
  expect(await holding()).toEqual([]);
});
