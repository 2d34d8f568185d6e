import { readFileSync } from 'node:fs';
import { PostgresObjectHistory } from '#read-model';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareApi, bareApi } from '#test/bare-api';
import { type TestDatabase, freshDatabase } from '#test/database';
import { tokenFor } from '#test/http-client';
import { LedgerFixture } from '#test/ledger-fixture';
import { RandomHistory, type Step, fullHistory, historySteps } from '#test/random-history';
import { writeCursor } from '../frame/cursor.js';
import { v1Table } from '../routes.js';

let database: TestDatabase;
let fixture: LedgerFixture;
let bare: BareApi;

beforeAll(async () => {
  database = await freshDatabase();
  fixture = new LedgerFixture(database.db);
  bare = await bareApi({ objects: new PostgresObjectHistory(database.db, fixture.eventStore) });
});
afterAll(async () => {
  await bare.api.close();
  await database.dispose();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { asOf?: { position: string; time: string } | null; next?: string | null };
}

/** Asks, and holds the answer against what its route has declared. */
async function read(url: string): Promise<Answer> {
  const path = url.split('?')[0] ?? '';
  const authorization = `bearer ${tokenFor('auditor', 'GET', path)}`;
  const { statusCode: status, body } = await bare.api.app.inject({ method: 'GET', url, headers: { authorization } });
  const answer = { status, body: JSON.parse(body) as Answer['body'] };
  const declared = v1Table.find('GET', path)?.answers[status]?.schema;
  if (declared !== undefined) declared.parse(answer.body);
  else expect(status).toBeGreaterThanOrEqual(400);
  return answer;
}

/** What does not depend on how the moment was named. */
function told({ status, body }: Answer): unknown {
  if (status !== 200) return status;
  return { ...body, asOf: 'whenever', next: 'of a moment' };
}

async function lastPosition(): Promise<{ position: string; time: Date }> {
  const [row] = await database.db.query<{ position: string; time: Date }>(
    `select transaction_id || ':' || global_position as position, recorded_at as time from brickyard.event
     order by transaction_id desc, global_position desc limit 1`,
  );
  return row!;
}

/** All types of events of a kind of object: those of the histories of which there has to be one for each. */
function eventTypes(kind: string): string[] {
  const file = new URL('../../../../../libs/domain/src/testing/events-v1.json', import.meta.url);
  const histories = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { events: { type: string }[] }[]>;
  const types = (histories[kind] ?? []).flatMap(({ events }) => events.map(({ type }) => type));
  return [...new Set(types)].sort();
}

function urlsOf({ clusters, nodes, devices, volumes }: RandomHistory): string[] {
  const each = (kind: string, things: readonly { id: string }[]): string[] => [
    `/v1/${kind}?limit=1000`,
    ...things.map(({ id }) => `/v1/${kind}/${id}`),
  ];
  return [
    '/v1/topology',
    ...each('clusters', clusters),
    ...each('nodes', nodes),
    ...each('devices', devices),
    ...devices.map(({ id }) => `/v1/devices/${id}/bricks?limit=1000`),
    ...each('volumes', volumes),
  ];
}

const withMoment = (url: string, moment: string): string => `${url}${url.includes('?') ? '&' : '?'}asOf=${moment}`;

/** Every page of a list, whatever their number. */
async function walk(url: string): Promise<{ ids: unknown[]; asOf: Set<unknown> }> {
  const ids: unknown[] = [];
  const asOf = new Set<unknown>();
  let cursor = '';
  do {
    const { status, body } = await read(`${url}${cursor}`);
    expect(status).toBe(200);
    ids.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
    asOf.add(body.asOf?.position ?? null);
    cursor = body.next == null ? '' : `&cursor=${body.next}`;
  } while (cursor !== '');
  return { ids, asOf };
}

/** What was answered at a moment. */
interface Kept {
  readonly position: string;
  readonly time: Date;
  readonly answers: ReadonlyMap<string, unknown>;
}

/** Lives through a history, and keeps every answer of every route after each step. */
async function lived(history: RandomHistory, steps: readonly Step[]): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (let at = 0; at < steps.length; at += 1) {
    const [step, next] = [steps[at]!, steps[at + 1]];
    if (step.overlaps === true && next !== undefined) {
      await history.takeOverlapping(step, next);
      at += 1;
    } else await history.take(step);
    const answers = new Map<string, unknown>();
    for (const url of urlsOf(history)) answers.set(url, told(await read(url)));
    kept.push({ ...(await lastPosition()), answers });
  }
  return kept;
}

type Listed = Readonly<Record<string, unknown>> & { readonly id: string };

/** The objects of a kind at a moment, by id. */
function listed({ answers }: Kept, kind: string): Map<string, Listed> {
  const { items } = answers.get(`/v1/${kind}?limit=1000`) as { items: Listed[] };
  return new Map(items.map((item) => [item.id, item]));
}

/** Holds a diff against the answers that were given then. */
function expectDifference(diff: Record<string, unknown>, before: Kept, after: Kept): void {
  for (const kind of ['clusters', 'nodes', 'devices', 'volumes']) {
    const [was, is] = [listed(before, kind), listed(after, kind)];
    const { added, removed, changed } = diff[kind] as { added: Listed[]; removed: Listed[]; changed: unknown[] };
    const both = [...is.values()].filter(({ id }) => was.has(id));
    expect(added).toEqual([...is.values()].filter(({ id }) => !was.has(id)));
    expect(removed).toEqual([...was.values()].filter(({ id }) => !is.has(id)));
    expect(changed).toEqual(
      both
        .filter((now) => JSON.stringify(now) !== JSON.stringify(was.get(now.id)))
        .map((now) => expect.objectContaining({ id: now.id, before: was.get(now.id), after: now }) as unknown),
    );
  }
}

describe('an answer about the past', () => {
  it('is the one that was given then, on every route, after any history', async () => {
    let byTime = 0;
    await fc.assert(
      fc.asyncProperty(historySteps, async (steps) => {
        const history = new RandomHistory(fixture);
        const kept = await lived(history, [{ what: 'cluster', pick: 0 }, ...steps]);
        for (const [index, moment] of kept.entries()) {
          const { position, time, answers } = moment;
          // A time means all of its millisecond, and the step after may have begun in the same.
          const alone = kept.slice(index + 1).every((later) => later.position === position || later.time > time);
          byTime += Number(alone);
          for (const url of urlsOf(history)) {
            const then = await read(withMoment(url, index % 2 === 0 && alone ? time.toISOString() : position));
            // What was not even thought of then was not there.
            expect(told(then), withMoment(url, position)).toEqual(answers.get(url) ?? 404);
            if (then.status === 200) expect(then.body.asOf?.position).toBe(position);
          }
          const pages = await walk(`/v1/volumes?limit=2&asOf=${position}`);
          expect(pages.ids).toEqual([...listed(moment, 'volumes').keys()]);
          const earlier = kept[Math.floor(index / 2)]!;
          const diff = await read(`/v1/topology/diff?from=${earlier.position}&to=${position}`);
          expectDifference(diff.body, earlier, moment);
        }
      }),
      { numRuns: 4, endOnFailure: true, examples: [[fullHistory]] },
    );
    expect(byTime).toBeGreaterThan(10);
    // No type of event of any object may be missing from what was tried.
    const found = await database.db.query<{ kind: string; types: string[] }>(
      `select stream_kind as kind, array_agg(distinct type order by type) as types from brickyard.event
       where stream_kind <> 'operation' group by stream_kind`,
    );
    for (const { kind, types } of found) expect(types).toEqual(eventTypes(kind));
    expect(found).toHaveLength(4);
  }, 300_000);

  it('waits for transactions that are open, and says when to ask again', async () => {
    const { position } = await lastPosition();
    let blocked: Answer | undefined;
    let clusterId = '';
    await fixture.transact(async (tx) => {
      await tx.sql.query('select pg_current_xact_id()');
      ({ clusterId } = await fixture.addCluster(0));
      blocked = await read(withMoment('/v1/clusters', (await lastPosition()).position));
      expect((await read(withMoment('/v1/clusters', position))).status).toBe(200);
    });
    expect(blocked).toMatchObject({ status: 503, body: { detail: expect.stringContaining('not settled') as string } });
    const settled = await read(withMoment(`/v1/clusters/${clusterId}`, (await lastPosition()).position));
    expect(settled.status).toBe(200);
  });

  it('names a position for a time, and gives the same again for that', async () => {
    const { clusterId } = await fixture.addCluster(1);
    const { time, position } = await lastPosition();
    const byTime = await read(withMoment(`/v1/clusters/${clusterId}`, time.toISOString()));
    expect(byTime.body.asOf).toEqual({ position, time: time.toISOString() });
    await fixture.record('cluster', clusterId, [{ type: 'ClusterFlagsChanged', data: { file: false, block: false } }]);
    expect(await read(withMoment(`/v1/clusters/${clusterId}`, position))).toEqual(byTime);
    expect((await read(`/v1/clusters/${clusterId}`)).body).toMatchObject({ file: false, asOf: null });
  });

  it('says of what was not there yet that it was not', async () => {
    const { position } = await lastPosition();
    const { clusterId } = await fixture.addCluster(0);
    const { status, body } = await read(withMoment(`/v1/clusters/${clusterId}`, position));
    expect({ status, detail: body['detail'] }).toEqual({
      status: 404,
      detail: expect.stringContaining('There was no cluster with this id at 20') as string,
    });
  });

  it.each([
    ['2999-01-01T00:00:00Z', 'is in the future'],
    ['1999-01-01T00:00:00Z', 'is before the log, which begins at 20'],
    // Beyond what Postgres reads as a time.
    ['0000-01-01T00:00:00Z', 'is before the log, which begins at 20'],
    ['0000-01-01T00:00:00%2B23:59', 'is before the log, which begins at 20'],
    ['9999-12-31T23:59:59-23:59', 'is in the future'],
    ['1:1', 'is not a position of this log'],
    ['18446744073709551615:9223372036854775807', 'is not a position of this log'],
    ['18446744073709551616:1', 'must be a time such as'],
    ['1:9223372036854775808', 'must be a time such as'],
    ['yesterday', 'must be a time such as'],
    ['', 'must be a time such as'],
  ])('is refused for %s', async (moment, words) => {
    for (const url of ['/v1/volumes', '/v1/topology', `/v1/nodes/${'0'.repeat(32)}`]) {
      const { status, body } = await read(withMoment(url, moment));
      expect(status).toBe(400);
      expect(body['errors']).toEqual([{ field: 'asOf', message: expect.stringContaining(words) as string }]);
    }
  });

  it('goes on only where a page could have ended', async () => {
    const list = { operationId: 'listNodes' };
    for (const place of [
      { after: 'x', position: 'whenever' },
      { after: 'x', position: '1' },
      { after: 'x', position: '1:9223372036854775808' },
      { after: 1, position: null },
    ]) {
      const { status, body } = await read(`/v1/nodes?cursor=${writeCursor(list, {}, place)}`);
      expect({ place, status, errors: body['errors'] }).toEqual({
        place,
        status: 400,
        errors: [{ field: 'cursor', message: expect.stringContaining('is not one that this list gave') as string }],
      });
    }
  });

  it('belongs to one moment on all pages, also where objects come and go meanwhile', async () => {
    const { position, time } = await lastPosition();
    const all = (await walk(`/v1/nodes?limit=1000&asOf=${position}`)).ids;
    await fixture.addCluster(2);
    const paged = await walk(`/v1/nodes?limit=2&asOf=${time.toISOString()}`);
    expect(paged).toEqual({ ids: all, asOf: new Set([position]) });
    const live = await walk('/v1/nodes?limit=2');
    expect(live.ids).toEqual((await walk('/v1/nodes?limit=1000')).ids);
    expect(live.ids.length).toBeGreaterThan(all.length + 1);
  });
});

describe('the difference of two moments', () => {
  it('is what came, went and changed', async () => {
    const { clusterId, nodeIds, deviceIds } = await fixture.addCluster(2);
    const from = (await lastPosition()).position;
    await fixture.record('node', nodeIds[0]!, [{ type: 'NodeStateChanged', data: { state: 'offline' } }]);
    await fixture.record('device', deviceIds[1]!, [
      { type: 'DeviceDeleteAccepted', data: { operationId: 'o', forceForget: false } },
      { type: 'DeviceDeleted', data: { operationId: 'o' } },
    ]);
    const other = await fixture.addCluster(0);
    const to = (await lastPosition()).position;
    await fixture.record('cluster', clusterId, [{ type: 'ClusterFlagsChanged', data: { file: false, block: false } }]);
    const { body } = await read(`/v1/topology/diff?from=${from}&to=${to}`);
    expect(body).toMatchObject({
      from: { position: from },
      to: { position: to },
      clusters: { added: [{ id: other.clusterId }], removed: [], changed: [] },
      nodes: { added: [], changed: [{ id: nodeIds[0], fields: ['state'], before: { state: 'online' } }] },
      devices: { removed: [{ id: deviceIds[1] }] },
      volumes: { added: [], removed: [], changed: [] },
    });
    const back = await read(`/v1/topology/diff?from=${to}&to=${from}`);
    expect(back.body['errors']).toEqual([{ field: 'to', message: expect.stringContaining('before') as string }]);
    expect((await read(`/v1/topology/diff?from=${from}&to=${from}`)).body).toMatchObject({ nodes: { changed: [] } });
  });
});
