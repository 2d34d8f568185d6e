import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogPosition, PostgresEventStore, type RecordedEvent } from '#event-store';
import { type Attribution, type DomainEvent, newId, systemAttribution } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import * as sample from '#test/sample-events';
import { exportEvents } from './export-events.js';
import { type EventFilter, type LogOrder, type ObjectKind, objectKinds } from './filter.js';
import { EVENTS_LOOKED_AT, searchEvents } from './search-events.js';

const store = new PostgresEventStore();
let database: TestDatabase;
/** The whole log, oldest first. */
let log: readonly RecordedEvent[];

const by = (given: Partial<Attribution>): Attribution => ({ ...systemAttribution('worker-1', 'none'), ...given });

async function append(kind: string, id: string, version: number, events: DomainEvent[], given: Partial<Attribution>) {
  await database.db.transaction((tx) =>
    store.append(tx, [{ kind, id, expectedVersion: version, events }], { attribution: by(given), commandId: newId() }),
  );
}

/** A volume's beginning, as the API and a worker record it. */
async function createVolume(
  volumeId: string,
  place: { clusterId: string; deviceId: string; nodeId: string },
  actor: string,
) {
  const operationId = `op-${volumeId}`;
  const brick = sample.brick(`brick-${volumeId}`, { volumeId, ...place });
  const asked = {
    actor,
    issuer: 'user',
    requestId: `request-${volumeId}`,
    sourceAddress: '10.0.0.7',
    correlationId: operationId,
  };
  const accepted = sample.operationAccepted(operationId, place.clusterId, { subjectId: volumeId });
  await append('operation', operationId, 0, [accepted], asked);
  await append('volume', volumeId, 0, [sample.volumeCreateAccepted(volumeId, place.clusterId, [brick])], asked);
  const [device] = await database.db.query<{ version: string }>(
    "select version from brickyard.event_stream where kind = 'device' and id = $1",
    [place.deviceId],
  );
  const reserved = { type: 'BrickReserved', data: brick };
  await append('device', place.deviceId, Number(device?.version), [reserved], asked);
  const step = { type: 'StepSucceeded', data: { phase: 'bricks', step: 'brick', commands: [], observed: null } };
  const worked = { actor: 'worker-2', correlationId: operationId, requestId: operationId };
  await append('operation', operationId, 1, [step, { type: 'OperationSucceeded', data: { location: null } }], worked);
}

async function readLog(): Promise<RecordedEvent[]> {
  const { events, behindGuard } = await store.readAll(database.db, null, 100_000);
  return behindGuard ? readLog() : events;
}

async function pages(filter: EventFilter, order: LogOrder, limit: number): Promise<RecordedEvent[][]> {
  const found: RecordedEvent[][] = [];
  let after: LogPosition | null = null;
  do {
    const page: Awaited<ReturnType<typeof searchEvents>> = await searchEvents(database.db, filter, {
      order,
      after,
      limit,
    });
    expect(page.events.length).toBeLessThanOrEqual(limit);
    found.push([...page.events]);
    after = page.next;
  } while (after !== null);
  return found;
}

beforeAll(async () => {
  database = await freshDatabase();
  for (const clusterId of ['c1', 'c2']) {
    await append('cluster', clusterId, 0, [sample.clusterCreated(clusterId)], { actor: 'ann', issuer: 'admin' });
    const [nodeId, deviceId] = [`node-${clusterId}`, `device-${clusterId}`];
    await append('node', nodeId, 0, sample.nodeAdded(nodeId, clusterId), { actor: 'ann', issuer: 'admin' });
    await append('device', deviceId, 0, sample.deviceAdded(deviceId, nodeId, clusterId), { issuer: 'admin' });
    for (let nth = 0; nth < 12; nth += 1) {
      await createVolume(`${clusterId}-v${nth}`, { clusterId, nodeId, deviceId }, nth % 3 === 0 ? 'bob' : 'eve');
    }
  }
  log = await readLog();
});
afterAll(() => database.dispose());

describe('events about an object', () => {
  const typesOf = async (kind: ObjectKind, id: string): Promise<string[]> => {
    const found = await pages({ object: { kind, id } }, 'oldest-first', 100);
    return found.flat().map(({ event }) => event.type);
  };

  it('are those of its stream, those that name it, and those of operations on it', async () => {
    const own = ['VolumeCreateAccepted', 'BrickReserved', 'StepSucceeded', 'OperationSucceeded'];
    expect(await typesOf('volume', 'c1-v3')).toEqual(['OperationAccepted', ...own]);
    expect(await typesOf('operation', 'op-c1-v3')).toEqual(['OperationAccepted', ...own]);
    expect(await typesOf('brick', 'brick-c1-v3')).toEqual(['VolumeCreateAccepted', 'BrickReserved']);
  });

  it('include those of what is in it', async () => {
    const ofCluster = await pages({ object: { kind: 'cluster', id: 'c1' } }, 'oldest-first', 100);
    expect(ofCluster.flat()).toHaveLength(log.length / 2);
    const ofNode = await typesOf('node', 'node-c2');
    expect(ofNode.filter((type) => type === 'BrickReserved')).toHaveLength(12);
    expect(ofNode.slice(0, 4)).toEqual(['NodeAddAccepted', 'NodeAdded', 'DeviceAddAccepted', 'DeviceAdded']);
  });

  it('are none where there is no such object', async () => {
    expect(await typesOf('volume', 'c1')).toEqual([]);
  });
});

/** The same as the search, on the log in memory. What an event is about is taken from the searches for each object alone. */
function matching(filter: EventFilter, about: ReadonlyMap<string, ReadonlySet<string>>): RecordedEvent[] {
  const { object, from, to, type, ...said } = filter;
  return log.filter(({ eventId, event, attribution, recordedAt }) => {
    const asked = Object.entries(said).every(([name, value]) => attribution[name as keyof typeof said] === value);
    const named = object === undefined || about.get(`${object.kind}/${object.id}`)?.has(eventId) === true;
    const inTime = (from === undefined || recordedAt >= from) && (to === undefined || recordedAt < to);
    return asked && named && inTime && (type === undefined || type === event.type);
  });
}

const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;

describe('a search', () => {
  it('finds what a look through the whole log finds, each event once, whatever the filter, order and size of page', async () => {
    const ids = [...new Set(log.flatMap(({ streamId }) => [streamId, `brick-${streamId}`]))];
    const about = new Map<string, Set<string>>();
    for (const kind of objectKinds) {
      for (const id of ids) {
        const found = await pages({ object: { kind, id } }, 'oldest-first', 500);
        if (found.flat().length > 0) about.set(`${kind}/${id}`, new Set(found.flat().map(({ eventId }) => eventId)));
      }
    }
    const one = <T>(of: (event: RecordedEvent) => T) =>
      fc.option(fc.constantFrom(...new Set(log.map(of))), { nil: undefined, freq: 2 });
    const object = fc.constantFrom(...about.keys()).map((name) => {
      const [kind, id = ''] = name.split('/');
      return { kind: kind as ObjectKind, id };
    });
    const filters = fc.record({
      object: fc.option(object, { nil: undefined }),
      actor: one(({ attribution }) => attribution.actor),
      issuer: one(({ attribution }) => attribution.issuer),
      requestId: fc.option(fc.constantFrom(...log.map(({ attribution }) => attribution.requestId)), {
        nil: undefined,
        freq: 5,
      }),
      sourceAddress: one(({ attribution }) => attribution.sourceAddress ?? undefined),
      type: one(({ event }) => event.type),
      from: one(({ recordedAt }) => recordedAt),
      to: one(({ recordedAt }) => recordedAt),
    });
    const orders = fc.constantFrom<LogOrder>('oldest-first', 'newest-first');
    await fc.assert(
      fc.asyncProperty(filters, orders, fc.integer({ min: 1, max: 40 }), async (given, order, limit) => {
        const filter = present(given) as EventFilter;
        const expected = matching(filter, about);
        const found = (await pages(filter, order, limit)).flat();
        expect(found).toEqual(order === 'oldest-first' ? expected : expected.toReversed());
        const exported: RecordedEvent[] = [];
        for await (const page of exportEvents(database.db, filter, order)) exported.push(...page);
        expect(exported).toEqual(found);
      }),
      { numRuns: 120 },
    );
  });

  it('looks at no more than so many events for a page, and goes on from there', async () => {
    // In turns, so that neither is rarer than the other anywhere.
    for (let nth = 0; nth < 10; nth += 1) {
      for (const [actor, type] of [
        ['cat', 'CatSlept'],
        ['dog', 'DogBarked'],
      ] as const) {
        const events = Array.from({ length: 250 }, () => ({ type, data: {} }));
        await append('thing', actor, nth * 250, events, { actor });
      }
    }
    await append('thing', 'odd', 0, [{ type: 'DogBarked', data: {} }], { actor: 'cat', issuer: 'odd' });
    await readLog();
    const sizes = async (filter: EventFilter, order: LogOrder, limit: number) =>
      (await pages(filter, order, limit)).map((page) => page.length);
    const barkingCats = { actor: 'cat', type: 'DogBarked' };
    expect(await sizes(barkingCats, 'oldest-first', 10)).toEqual([0, 0, 1]);
    expect(await sizes(barkingCats, 'newest-first', 10)).toEqual([1, 0, 0]);
    expect(await sizes({ ...barkingCats, issuer: 'odd' }, 'oldest-first', 10)).toEqual([1]);
    const sleepingCats = { actor: 'cat', type: 'CatSlept' };
    expect(await sizes(sleepingCats, 'oldest-first', EVENTS_LOOKED_AT)).toEqual([1000, 1000, 500]);
    expect(await sizes(sleepingCats, 'oldest-first', EVENTS_LOOKED_AT - 1)).toEqual([999, 999, 502]);
    // Where one value is given, all that is looked at is wanted.
    expect(await sizes({ actor: 'dog' }, 'newest-first', 2400)).toEqual([2400, 100]);
  });

  it('leaves out what may still get an earlier neighbour, and finds it later', async () => {
    const filter = { type: 'LateHappened' };
    await database.db.transaction(async (tx) => {
      await tx.query('select pg_current_xact_id()');
      await append('thing', 'late', 0, [{ type: 'LateHappened', data: {} }], {});
      expect(await pages(filter, 'newest-first', 10)).toEqual([[]]);
    });
    await readLog();
    expect((await pages(filter, 'newest-first', 10)).flat()).toHaveLength(1);
  });
});

describe('the application', () => {
  it('may read what events are about, and not change it', async () => {
    for (const statement of [
      'delete from brickyard.event_object',
      "insert into brickyard.event_object values ('volume', 'x', '1', 1)",
      "update brickyard.event_object set object_id = 'x'",
    ]) {
      await expect(database.db.query(statement), statement).rejects.toThrow('permission denied');
    }
  });

  it('records what names something too long for the index', async () => {
    const data = { volumeId: 'v'.repeat(10_000), nodeId: 'short' };
    await append('thing', 'long', 0, [{ type: 'ThingHappened', data }], {});
    await readLog();
    expect((await pages({ object: { kind: 'node', id: 'short' } }, 'oldest-first', 10)).flat()).toHaveLength(1);
  });

  it('records data that is no object', async () => {
    await append('thing', 'plain', 0, [{ type: 'ThingHappened', data: 7 }], {});
  });
});
