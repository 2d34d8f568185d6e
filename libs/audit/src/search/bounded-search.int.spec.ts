import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sql } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { untilVisible } from '#test/tampered-log';
import type { EventFilter, LogOrder } from './filter.js';
import { EVENTS_LOOKED_AT, searchEvents } from './search-events.js';

const EVENTS = 50_000;
const EVENTS_OF_TRANSACTION = 500;
const SECONDS_APART = 2;

let database: TestDatabase;

/**
 * Values that are frequent in one part of the log and not there in the rest, and rare ones: what statistics, which know of no
 * order, get wrong. One volume has the first half of the log, another the second.
 */
const events = `
insert into brickyard.event (transaction_id, stream_kind, stream_id, stream_version, event_id, command_id, type, schema_version,
  data, actor, issuer, request_id, source_address, correlation_id, recorded_at)
select pg_current_xact_id(), 'volume', 'v' || n * 2 / ${EVENTS}, n + 1, gen_random_uuid(), n::text,
  case when n % 400 = 3 then 'RareHappened' when n < 30000 then 'OldHappened' else 'NewHappened' end, 1, '{}',
  case when n % 500 = 7 then 'guest' when n < 22000 then 'old' else 'new' end, case when n > 30000 then 'user' else 'admin' end,
  'request-' || n / 17000, case when n < 20000 then '10.0.0.1' when n % 3 > 0 then '10.0.0.2' end, '', timestamptz '2026-01-01Z' + n * interval '${SECONDS_APART} s'
from generate_series($1::int, $1::int + ${EVENTS_OF_TRANSACTION - 1}) n`;

const objects = `
insert into brickyard.event_object (object_kind, object_id, transaction_id, global_position)
select o.kind, o.id, transaction_id, global_position from brickyard.event
cross join lateral (values (stream_kind, stream_id), ('cluster', 'c')) o (kind, id)`;

beforeAll(async () => {
  database = await freshDatabase();
  const owner = await database.connect('owner', 1);
  // What events are about is told by the test, so that it is quick.
  await owner.query("set session_replication_role = 'replica'");
  for (let first = 0; first < EVENTS; first += EVENTS_OF_TRANSACTION) await owner.query(events, [first]);
  await owner.query(objects);
  await owner.query('vacuum analyze brickyard.event, brickyard.event_object');
  await untilVisible(database.db);
});
afterAll(() => database.dispose());

/** Rows that the transaction has read so far: entries of indexes, and those of tables that were read from end to end. */
async function rowsRead(tx: Sql): Promise<number> {
  const [row] = await tx.query<{ rows: string }>(`
    select sum(pg_stat_get_xact_tuples_returned(oid)) as rows from pg_class
    where oid in ('brickyard.event'::regclass, 'brickyard.event_object'::regclass)
      or oid in (select indexrelid from pg_index
        where indrelid in ('brickyard.event'::regclass, 'brickyard.event_object'::regclass))`);
  return Number(row?.rows);
}

const at = (nth: number): Date => new Date(Date.UTC(2026, 0, 1) + nth * SECONDS_APART * 1000);
const values: readonly (readonly EventFilter[])[] = [
  ['v0', 'v1', 'v9'].map((id) => ({ object: { kind: 'volume', id } })),
  [{ object: { kind: 'cluster', id: 'c' } }],
  ['old', 'new', 'guest', 'nobody'].map((actor) => ({ actor })),
  ['admin', 'user'].map((issuer) => ({ issuer })),
  ['RareHappened', 'OldHappened', 'NewHappened'].map((type) => ({ type })),
  [{ requestId: 'request-0' }, { requestId: 'request-2' }],
  ['10.0.0.1', '10.0.0.2'].map((sourceAddress) => ({ sourceAddress })),
  [{ from: at(40_000) }, { to: at(9_000) }, { from: at(22_000), to: at(22_100) }, { from: at(-1), to: at(EVENTS) }],
];
const pairs = values.flatMap((group, nth) =>
  group.flatMap((one) => [one, ...values.slice(nth + 1).flatMap((other) => other.map((two) => ({ ...one, ...two })))]),
);
const all = values.map((group) => group[0]).reduce<EventFilter>((filter, value) => ({ ...filter, ...value }), {});

it.each<LogOrder>(['oldest-first', 'newest-first'])('reads a bounded part of the log for a page, %s', async (order) => {
  for (const filter of [{}, ...pairs, all]) {
    const read = await database.db.transaction(async (tx) => {
      const before = await rowsRead(tx);
      await searchEvents(tx, filter, { order, after: null, limit: 100 });
      return (await rowsRead(tx)) - before;
    });
    // Once along each value to see which one to take, then along that one; each event is looked up, and so is its object.
    const ways = Object.keys(filter).length + 3;
    expect(read, JSON.stringify(filter)).toBeLessThanOrEqual(ways * EVENTS_LOOKED_AT);
  }
});

it.each([
  ['a minute', 9_000, 9_030],
  ['some minutes', 22_000, 22_100],
  ['hours', 1_234, 43_210],
  ['from a time on', 40_000, EVENTS],
  ['up to a time', 0, 9_000],
  ['more than there is', -1_000, EVENTS + 1_000],
])('finds both ends of a time with its first pages: %s', async (_, from, to) => {
  const filter = { ...(from === 0 ? {} : { from: at(from) }), ...(to === EVENTS ? {} : { to: at(to) }) };
  const first = async (order: LogOrder) =>
    (await searchEvents(database.db, filter, { order, after: null, limit: 10 })).events[0]?.streamVersion;
  expect(await first('oldest-first')).toBe(Math.max(from, 0) + 1);
  expect(await first('newest-first')).toBe(Math.min(to, EVENTS));
});
