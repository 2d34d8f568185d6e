import type { IncomingMessage } from 'node:http';
import { loadConfig } from '#config';
import { type LogPosition, PostgresEventStore } from '#event-store';
import { newId } from '#kernel';
import { openStream, sentEvents, StreamRefused, type SentEvent } from '#test/event-source';
import { ask, testKeys } from '#test/http-client';
import { LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { startSystem, type TestSystem } from '#test/system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let system: TestSystem;
let fixture: LedgerFixture;
beforeAll(async () => {
  system = await startSystem();
  fixture = new LedgerFixture(system.database.db);
});
afterAll(() => system.close());

const append = (): Promise<void> => {
  const id = newId();
  return fixture.record('cluster', id, [sample.clusterCreated(id)]);
};

async function logAfter(after: LogPosition | null): Promise<string[]> {
  const store = new PostgresEventStore();
  const positions: string[] = [];
  for (let position = after; ;) {
    const { events } = await store.readAll(system.database.db, position, 500);
    positions.push(...events.map((event) => event.position));
    position = events.at(-1)?.position ?? position;
    if (events.length < 500) return positions;
  }
}

/** The last event, once followers can see all that were appended: transactions of other tests on the server hold them back. */
async function lastEvent(): Promise<LogPosition> {
  const [row] = await system.database.db.query<{ count: number }>('select count(*)::integer from brickyard.event');
  await expect.poll(async () => (await logAfter(null)).length, { timeout: 20_000 }).toBe(row?.count);
  return (await logAfter(null)).at(-1) as LogPosition;
}

/** The first events of a stream that have data. */
async function take(response: IncomingMessage, count: number): Promise<SentEvent[]> {
  const seen: SentEvent[] = [];
  for await (const block of sentEvents(response)) {
    if (block.event !== null) seen.push(block);
    if (seen.length >= count) break;
  }
  response.destroy();
  return seen;
}

const streamed = async (path: string, options: object = {}): Promise<SentEvent[]> =>
  take(await openStream(system.base, path, options), 1);

async function refusal(base: string, path: string, options: object = {}): Promise<StreamRefused> {
  try {
    (await openStream(base, path, options)).destroy();
  } catch (error) {
    if (error instanceof StreamRefused) return error;
    throw error;
  }
  throw new Error('the stream was opened');
}

describe('the stream of all events', () => {
  it('begins with the present, goes on where a client has been, and leaves out what is not wanted', async () => {
    await append();
    const last = await lastEvent();
    const response = await openStream(system.base, '/v1/events');
    const present = take(response, 1);
    await append();
    const [first] = await present;
    expect(first?.event).toBe('ClusterCreated');
    expect((await logAfter(last)).includes(first?.id ?? '')).toBe(true);
    const all = await streamed(`/v1/events?after=${last}`);
    const again = await streamed('/v1/events?after=0:0', { lastEventId: last });
    expect(again[0]?.id).toBe(all[0]?.id);
    const filtered = streamed('/v1/events?after=0:0&kind=volume');
    const volumeId = newId();
    await fixture.record('volume', volumeId, [
      sample.volumeCreateAccepted(volumeId, newId(), []),
      sample.volumeCreated(volumeId),
      ...sample.volumeDeleted(volumeId),
    ]);
    expect((await filtered)[0]).toMatchObject({
      event: 'VolumeCreateAccepted',
      data: { stream: { kind: 'volume', id: volumeId, version: 1 }, actor: 'test' },
    });
    const [created] = await streamed('/v1/events?after=0:0&type=VolumeCreated', { as: 'auditor' });
    expect(created).toMatchObject({ event: 'VolumeCreated' });
  });

  it('is for the administrator and the auditor', async () => {
    expect((await refusal(system.base, '/v1/events', { as: 'user' })).status).toBe(403);
    expect((await refusal(system.base, '/v1/events?after=x')).status).toBe(400);
  });

  it.each(['x', '18446744073709551616:1', '1:9223372036854775808', '99999999999:0'])(
    'is refused to who says to have seen %s, which is no place in this log',
    async (place) => {
      const sent = await refusal(system.base, '/v1/events', { lastEventId: place });
      expect(JSON.parse(sent.body)).toMatchObject({ status: 400, errors: [{ field: 'Last-Event-ID' }] });
      const asked = await refusal(system.base, `/v1/events?after=${place}`);
      expect(JSON.parse(asked.body)).toMatchObject({ status: 400, errors: [{ field: 'after' }] });
    },
  );

  it('ends with its token', async () => {
    const blocks: SentEvent[] = [];
    for await (const block of sentEvents(await openStream(system.base, '/v1/events', { lastsSeconds: 1 })))
      blocks.push(block);
    expect(blocks.length).toBeGreaterThan(0);
  });

  it('is refused beyond the limit, and open to the next one when a client has gone', async () => {
    const { base } = await system.replica({
      config: loadConfig({
        HEKETI_ADMIN_KEY: testKeys.admin,
        HEKETI_USER_KEY: testKeys.user,
        BRICKYARD_MAX_EVENT_STREAMS: '1',
      }).config,
    });
    const first = await openStream(base, '/v1/events');
    const refused = await refusal(base, '/v1/events');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    const metrics = (await ask(base, 'GET', '/metrics', { as: 'none' })).body;
    expect(metrics).toContain('brickyard_event_streams 1');
    expect(metrics).toContain('brickyard_event_streams_refused_total 1');
    first.destroy();
    await expect
      .poll(async () => (await ask(base, 'GET', '/metrics', { as: 'none' })).body)
      .toContain('brickyard_event_streams 0');
    (await openStream(base, '/v1/events')).destroy();
  });

  it('ends when the replica is about to stop, and is not opened there any more', async () => {
    const { base, api } = await system.replica();
    const blocks = sentEvents(await openStream(base, '/v1/events'));
    await blocks.next();
    api.drain();
    expect(await blocks.next()).toMatchObject({ done: true });
    expect((await refusal(base, '/v1/events')).status).toBe(503);
    await api.close();
  });
});
