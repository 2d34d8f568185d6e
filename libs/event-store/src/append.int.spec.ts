import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemAttribution, type Database, type DomainEvent, type Sql } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { StreamVersionConflict, type StreamAppend } from './event-store.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { Upcasters } from './upcasters.js';

const store = new PostgresEventStore();
const attribution = {
  actor: 'ada',
  issuer: 'admin',
  requestId: 'request-1',
  sourceAddress: '192.0.2.7',
  userAgent: 'heketi-cli/10',
  correlationId: 'operation-1',
  causationId: 'event-0',
};

const happened = (n: number): DomainEvent => ({ type: 'ThingHappened', data: { n } });
const to = (id: string, expectedVersion: number, ...events: DomainEvent[]): StreamAppend => ({
  kind: 'thing',
  id,
  expectedVersion,
  events,
});

let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await freshDatabase();
  db = test.db;
});
afterAll(() => test.dispose());

const append = (appends: StreamAppend[], commandId = newId()) =>
  db.transaction((tx) => store.append(tx, appends, { attribution, commandId }));

const versions = async (id: string) => (await store.readStream(db, 'thing', id)).map((e) => e.streamVersion);

describe('append', () => {
  it('records events of several streams in the order given, with everything that attributes them', async () => {
    const [a, b] = [newId(), newId()];
    const { events, duplicate } = await append([to(b, 0, happened(1), happened(2)), to(a, 0, happened(3))]);
    expect(duplicate).toBe(false);
    expect(events.map((e) => [e.streamId, e.streamVersion, e.event])).toEqual([
      [b, 1, happened(1)],
      [b, 2, happened(2)],
      [a, 1, happened(3)],
    ]);
    const [read] = await store.readStream(db, 'thing', a);
    expect(read).toEqual(events[2]);
    expect(read).toMatchObject({ attribution, streamKind: 'thing', schemaVersion: 1 });
  });

  it('reads a stream from a version on, and nothing of a stream that is not there', async () => {
    const id = newId();
    await append([to(id, 0, happened(1), happened(2), happened(3))]);
    expect((await store.readStream(db, 'thing', id, 2)).map((e) => e.streamVersion)).toEqual([2, 3]);
    expect(await store.readStream(db, 'thing', newId())).toEqual([]);
  });

  it('reads several streams, each after a version, in byte order and up to a limit', async () => {
    const [a, b] = [newId(), newId()].sort() as [string, string];
    await append([to(b, 0, happened(1), happened(2)), to(a, 0, happened(3), happened(4))]);
    const streams = [
      { kind: 'thing', id: b, afterVersion: 0 },
      { kind: 'thing', id: a, afterVersion: 1 },
    ];
    const read = async (limit: number) =>
      (await store.readStreams(db, streams, limit)).map((e) => [e.streamId, e.streamVersion]);
    expect(await read(10)).toEqual([
      [a, 2],
      [b, 1],
      [b, 2],
    ]);
    expect(await read(2)).toHaveLength(2);
  });

  it('takes a stream in several parts where they go on from each other, and refuses others', async () => {
    const id = newId();
    await append([to(id, 0, happened(1)), to(id, 1, happened(2))]);
    expect(await versions(id)).toEqual([1, 2]);
    await expect(append([to(id, 2, happened(3)), to(id, 2, happened(4))])).rejects.toThrow('do not fit');
  });

  it.each([0, 1, 3])('refuses expected version %i of a stream that is at 2, and keeps nothing', async (expected) => {
    const [id, other] = [newId(), newId()];
    await append([to(id, 0, happened(1), happened(2))]);
    const refused = append([to(other, 0, happened(1)), to(id, expected, happened(3))]);
    await expect(refused).rejects.toEqual(new StreamVersionConflict('thing', id, expected, 2));
    expect(await versions(other)).toEqual([]);
  });

  it('lets exactly one of many writers have each version', async () => {
    const id = newId();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => append([to(id, 0, happened(n))])));
    const lost = outcomes.filter((o) => o.status === 'rejected');
    expect(lost).toHaveLength(19);
    expect(lost.every((o) => o.reason instanceof StreamVersionConflict)).toBe(true);
    expect(await versions(id)).toEqual([1]);
  });

  it('does not deadlock where writers name the same streams in different orders', async () => {
    const [a, b] = [newId(), newId()];
    const writer = async (order: readonly string[]) => {
      for (let done = 0; done < 10;) {
        const [first, second] = await Promise.all(order.map((id) => versions(id)));
        const at = [to(order[0]!, first!.length, happened(done)), to(order[1]!, second!.length, happened(done))];
        done += await append(at).then(
          () => 1,
          (error: unknown) => {
            if (error instanceof StreamVersionConflict) return 0;
            throw error;
          },
        );
      }
    };
    await Promise.all([writer([a, b]), writer([b, a]), writer([a, b])]);
    expect([(await versions(a)).length, (await versions(b)).length]).toEqual([30, 30]);
  });
});

describe('a repeated command', () => {
  it('changes nothing and reports what it did then, though the versions no longer fit', async () => {
    const [a, b, commandId] = [newId(), newId(), newId()];
    const first = await append([to(a, 0, happened(1)), to(b, 0, happened(2))], commandId);
    await append([to(a, 1, happened(3))]);
    const again = await append([to(a, 2, happened(9))], commandId);
    expect(again).toEqual({ events: first.events, duplicate: true });
    expect(await versions(a)).toEqual([1, 2]);
  });

  it('waits for its twin in flight and is then told that it was the second', async () => {
    const [id, commandId] = [newId(), newId()];
    const both = await Promise.all([1, 2, 3].map((n) => append([to(id, 0, happened(n))], commandId)));
    expect(both.map((r) => r.duplicate).sort()).toEqual([false, true, true]);
    expect(new Set(both.map((r) => r.events[0]?.position)).size).toBe(1);
    expect(await versions(id)).toEqual([1]);
  });

  it('counts for nothing where the first one was rolled back', async () => {
    const [id, commandId] = [newId(), newId()];
    const failing = db.transaction(async (tx) => {
      await store.append(tx, [to(id, 0, happened(1))], { attribution, commandId });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect((await append([to(id, 0, happened(2))], commandId)).duplicate).toBe(false);
  });

  it('is a mistake within one transaction: its events would be lost', async () => {
    const [id, commandId] = [newId(), newId()];
    const twice = db.transaction(async (tx: Sql) => {
      await store.append(tx, [to(id, 0, happened(1))], { attribution, commandId });
      await store.append(tx, [to(id, 1, happened(2))], { attribution, commandId });
    });
    await expect(twice).rejects.toThrow('appends twice in one transaction');
    expect(await versions(id)).toEqual([]);
  });
});

describe('old events', () => {
  it('are upcast when they are read, and new ones are written with the newest version', async () => {
    const id = newId();
    await append([to(id, 0, { type: 'VolumeSized', data: { sizeMiB: 2048 } })]);
    const newer = new PostgresEventStore(
      new Upcasters({
        VolumeSized: [({ type, data }) => ({ type, data: { sizeGiB: (data as { sizeMiB: number }).sizeMiB / 1024 } })],
      }),
    );
    await db.transaction((tx) =>
      newer.append(tx, [to(id, 1, { type: 'VolumeSized', data: { sizeGiB: 3 } })], {
        attribution: systemAttribution('test', 'test'),
        commandId: newId(),
      }),
    );
    const events = await newer.readStream(db, 'thing', id);
    expect(events.map((e) => [e.event.data, e.schemaVersion])).toEqual([
      [{ sizeGiB: 2 }, 2],
      [{ sizeGiB: 3 }, 2],
    ]);
    await expect(store.readStream(db, 'thing', id)).rejects.toThrow('a later one');
  });
});
