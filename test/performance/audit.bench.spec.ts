import { type EventFilter, type LogOrder, PostgresAuditLog } from '#audit';
import { migrate } from '#event-store';
import type { Database } from '#kernel';
import { migrations } from '#migrations';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addVolume, EVENTS_PER_VOLUME, fillLog, idOf, recordedAt } from './audit-log.js';
import { closedLoop, type Measured, reportLine } from './load.js';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const VOLUMES = Math.ceil(EVENTS / EVENTS_PER_VOLUME);
const CALLS = 200;
const PATIENCE_MS = 1_800_000;

let database: TestDatabase;
let owner: Database;
let audit: PostgresAuditLog;

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What an earlier release left: the log without anything to search it by. */
async function unindexed(db: Database): Promise<void> {
  await db.query('drop table brickyard.event_object');
  await db.query('drop function brickyard.index_event_objects() cascade');
  await db.query('drop function brickyard.reindex_event_objects() cascade');
  for (const name of ['actor', 'issuer', 'type', 'request', 'source', 'time']) {
    await db.query(`drop index brickyard.event_by_${name}`);
  }
}

async function size(relation: string): Promise<string> {
  const [row] = await owner.query<{ size: string }>(
    `select pg_size_pretty(pg_total_relation_size('${relation}')) as size`,
  );
  return row?.size ?? '';
}

beforeAll(async () => {
  database = await freshDatabase();
  owner = await database.connect('owner', 8);
  await unindexed(owner);
  await owner.query("delete from brickyard.migration where name like 'Audit%'");
  const filling = performance.now();
  await fillLog(owner, VOLUMES);
  const before = await size('brickyard.event');
  say(`\n${(VOLUMES * EVENTS_PER_VOLUME).toString()} events, ${before}, made in ${seconds(filling)} s`);
  const migrating = performance.now();
  await migrate(database.ownerUrl, migrations);
  say(
    `indexed by the migration in ${seconds(migrating)} s: log ${await size('brickyard.event')}, objects ${await size('brickyard.event_object')}`,
  );
  audit = new PostgresAuditLog(database.db);
}, PATIENCE_MS);
afterAll(() => database.dispose());

const some = (count: number): number => Math.floor(Math.random() * count);
const object = (kind: Parameters<typeof idOf>[0], count: number): EventFilter => ({
  object: { kind, id: idOf(kind, some(count)) },
});
const span = (events: number): EventFilter => {
  const first = some(EVENTS - events);
  return { from: recordedAt(first), to: recordedAt(first + events) };
};
const person = (): EventFilter => ({ actor: `person-${(some(VOLUMES) ** 2 % 193).toString()}` });

/** A filter of each kind, other values at each call. */
const filters: readonly (readonly [name: string, filter: () => EventFilter])[] = [
  ['nothing', () => ({})],
  ['object: a volume', () => object('volume', VOLUMES)],
  ['object: an operation', () => object('operation', VOLUMES)],
  ['object: a brick', () => object('brick', VOLUMES * 3)],
  ['object: a device', () => object('device', 400)],
  ['object: a node', () => object('node', 40)],
  ['object: a cluster', () => object('cluster', 4)],
  ['object: one that there is not', () => ({ object: { kind: 'volume', id: 'none' } })],
  ['actor: a person', person],
  ['actor: a worker', () => ({ actor: `worker-${some(3).toString()}` })],
  ['issuer', () => ({ issuer: some(2) === 0 ? 'user' : 'brickyard' })],
  ['type, of half of all', () => ({ type: 'StepSucceeded' })],
  ['type, of none', () => ({ type: 'NodeDeleted' })],
  ['request', () => ({ requestId: idOf('operation', some(VOLUMES)) })],
  ['source address', () => ({ sourceAddress: `10.0.${some(7).toString()}.${some(31).toString()}` })],
  ['an hour', () => span(18_000)],
  ['a minute', () => span(300)],
  ['cluster and type', () => ({ ...object('cluster', 4), type: 'VolumeCreated' })],
  ['node, person', () => ({ ...object('node', 40), ...person() })],
  ['cluster, issuer, an hour', () => ({ ...object('cluster', 4), issuer: 'user', ...span(18_000) })],
  ['person, type, address', () => ({ ...person(), type: 'BrickReserved', sourceAddress: '10.0.3.3' })],
  ['never together: worker, user', () => ({ actor: 'worker-1', issuer: 'user' })],
  [
    'never together: cluster, worker, type, a day',
    () => ({ ...object('cluster', 4), actor: 'worker-2', type: 'BrickReserved', ...span(430_000) }),
  ],
];

const line = (name: string, measured: Measured, reference: Measured): void =>
  say(
    `${name.padEnd(56)} p50 ${measured.p50Ms.toFixed(1).padStart(5)} ms  p99 ${measured.p99Ms.toFixed(1).padStart(5)} ms  ${(measured.p50Ms / reference.p50Ms).toFixed(1).padStart(5)} references`,
  );

it(
  'gives the first page of every filter',
  async () => {
    const lookUp = 'select * from brickyard.event where stream_kind = $1 and stream_id = $2 and stream_version = 1';
    const one = { callers: 1, calls: CALLS };
    const reference = await closedLoop(one, () => database.db.query(lookUp, ['volume', idOf('volume', some(VOLUMES))]));
    line('reference: one event by its primary key', reference, reference);
    for (const [name, filter] of filters) {
      for (const order of ['oldest-first', 'newest-first'] satisfies LogOrder[]) {
        let found = 0;
        const measured = await closedLoop(one, async () => {
          const { events } = await audit.search(filter(), { order, after: null, limit: 100 });
          found += events.length;
        });
        line(`${name}, ${order} (${(found / CALLS).toFixed(0)} events)`, measured, reference);
      }
    }
  },
  PATIENCE_MS,
);

it(
  'exports all of it in constant memory',
  async () => {
    const before = process.memoryUsage().rss;
    let highest = before;
    let events = 0;
    const started = performance.now();
    for await (const page of audit.export({}, 'oldest-first')) {
      events += page.length;
      highest = Math.max(highest, process.memoryUsage().rss);
    }
    const rate = (events / (performance.now() - started)) * 1000;
    const mebibytes = (highest - before) / 1_048_576;
    say(
      `export of ${events.toString()} events: ${rate.toFixed(0)}/s, at most ${mebibytes.toFixed(0)} MiB more than before`,
    );
    expect(events).toBe(VOLUMES * EVENTS_PER_VOLUME);
  },
  PATIENCE_MS,
);

it(
  'costs appends a share',
  async () => {
    const [plain, indexed] = [await freshDatabase(), await freshDatabase()];
    await unindexed(await plain.connect('owner', 1));
    const volumesOf = new Map<TestDatabase, number>();
    for (const each of [plain, indexed]) await fillLog(await each.connect('owner', 1), 1);
    // In turns, so that whatever else the machine does hits both.
    const rounds: Record<'plain' | 'indexed', Measured[]> = { plain: [], indexed: [] };
    for (let round = 0; round < 4; round += 1) {
      for (const [name, each] of [
        ['plain', plain],
        ['indexed', indexed],
      ] as const) {
        const connection = await each.connect('owner', 8);
        rounds[name].push(
          await closedLoop({ callers: 8, seconds: 3 }, async () => {
            const nth = (volumesOf.get(each) ?? 0) + 1;
            volumesOf.set(each, nth);
            await addVolume(connection, nth);
          }),
        );
      }
    }
    const median = (all: readonly Measured[]): Measured => all.toSorted((a, b) => a.perSecond - b.perSecond)[1]!;
    say(reportLine('18 events of a volume, commit, log not searchable', median(rounds.plain)).trimEnd());
    say(reportLine('the same, searchable', median(rounds.indexed), median(rounds.plain)).trimEnd());
    await plain.dispose();
    await indexed.dispose();
    expect(median(rounds.indexed).perSecond).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);
