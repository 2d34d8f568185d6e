import { type LogPosition, PostgresEventStore } from '#event-store';
import type { Database } from '#kernel';
import { PostgresObjectHistory } from '#read-model';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changedAt, changesOf, deviceIds, fillPast, pastLog } from './as-of-log.js';
import { idOf } from './audit-log.js';
import { closedLoop } from './load.js';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const ALIVE = 2_000;
const PATIENCE_MS = 1_800_000;

const log = pastLog(EVENTS, ALIVE);
const CHANGES = changesOf(log);
let database: TestDatabase;
let owner: Database;
let history: PostgresObjectHistory;
/** By the share of the log that is before them. */
const at = new Map<number, LogPosition>();

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const some = (count: number): number => Math.floor(Math.random() * count);

beforeAll(async () => {
  database = await freshDatabase();
  owner = await database.connect('owner', 2);
  const began = performance.now();
  await fillPast(owner, log);
  const [row] = await owner.query<{ events: string; size: string }>(
    `select count(*)::text as events, pg_size_pretty(pg_total_relation_size('brickyard.event')) as size from brickyard.event`,
  );
  history = new PostgresObjectHistory(database.db, new PostgresEventStore());
  for (const share of [0.1, 0.5, 0.999]) {
    const moment = await history.moment(changedAt(Math.floor((log.volumes - 1) * share)));
    if ('refused' in moment) throw new Error(`there is no such moment: ${moment.refused}`);
    at.set(share, moment.position);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(
    `\n${row?.events ?? ''} events, ${row?.size ?? ''}, ${CHANGES.toString()} changes of volumes, made in ${seconds} s`,
  );
}, PATIENCE_MS);
afterAll(() => database.dispose());

async function measure(name: string, calls: number, work: () => Promise<unknown>): Promise<void> {
  let delayed = 0;
  let last = performance.now();
  // How long others would have waited for the event loop.
  const watch = setInterval(() => {
    delayed = Math.max(delayed, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  const rssBefore = process.memoryUsage().rss;
  const { p50Ms, p99Ms } = await closedLoop({ callers: 1, calls }, work);
  clearInterval(watch);
  const grown = (process.memoryUsage().rss - rssBefore) / 2 ** 20;
  say(
    `${name.padEnd(64)} p50 ${p50Ms.toFixed(1).padStart(7)} ms  p99 ${p99Ms.toFixed(1).padStart(7)} ms  loop held ${delayed.toFixed(0).padStart(4)} ms  memory ${grown.toFixed(0)} MiB`,
  );
}

it(
  'finds moments',
  async () => {
    await measure('the moment of a time', 100, () => history.moment(changedAt(some(log.volumes))));
    await measure('the moment of a position', 100, () => history.moment(at.get(0.5)!));
  },
  PATIENCE_MS,
);

it(
  'reads what was',
  async () => {
    for (const [share, position] of at) {
      const past = history.at(position);
      const when = `at ${(share * 100).toString()} % of the log`;
      const nth = Math.floor((log.volumes - 1) * share) - some(ALIVE / 4);
      expect(await past.get('volume', idOf('volume', nth))).toMatchObject({ status: 'active' });
      await measure(`a volume, ${when}`, 100, () => past.get('volume', idOf('volume', nth)));
      await measure(`a device, ${when}`, 20, () => past.get('device', deviceIds[some(400)] ?? ''));
      await measure(`a page of 100 volumes, ${when}`, 10, () => past.page('volume', null, 100));
      await measure(`a page of 1 volume, ${when}`, 10, () => past.page('volume', null, 1));
      await measure(`a page of 100 devices, ${when}`, 3, () => past.page('device', null, 100));
      await measure(`the topology, ${when}`, 2, () => past.topology());
    }
  },
  PATIENCE_MS,
);

it(
  'compares moments',
  async () => {
    const position = async (nth: number): Promise<LogPosition> => {
      const moment = await history.moment(changedAt(nth));
      if ('refused' in moment) throw new Error(moment.refused);
      return moment.position;
    };
    const middle = Math.floor(log.volumes / 2);
    for (const changes of [10, 100, 1_000, 4_000, middle]) {
      const [from, to] = [await position(middle), await position(middle + changes)];
      await measure(`the difference of ${changes.toString()} s, as many changes`, 1, () =>
        history.changed(from, to, 10_000),
      );
    }
  },
  PATIENCE_MS,
);
