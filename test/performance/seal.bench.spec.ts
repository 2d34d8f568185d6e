import { PostgresSealedLog, Sealer, verifyLog } from '#audit';
import { silentLogger } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { testSealKey } from '#test/memory-sealed-log';
import { untilVisible } from '#test/tampered-log';
import { expect, it } from 'vitest';
import { heapInUse, mebibytes } from './heap.js';

/** `BENCH_EVENTS=1000000` for the number in docs/reference/performance.md. */
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 100_000);
const EVENTS_PER_STREAM = 20;

const streams = `
insert into brickyard.event_stream (kind, id, version, last_transaction_id)
select 'operation', md5(s::text), ${EVENTS_PER_STREAM}, pg_current_xact_id()
from generate_series(1, ${EVENTS} / ${EVENTS_PER_STREAM}) s`;

/** A step's event as workers write it: the commands that were run and what they said. */
const events = `
insert into brickyard.event (
  transaction_id, stream_kind, stream_id, stream_version, event_id, command_id, type, schema_version, data, actor, issuer,
  request_id, correlation_id)
select pg_current_xact_id(), 'operation', md5((n / ${EVENTS_PER_STREAM} + 1)::text), n % ${EVENTS_PER_STREAM} + 1,
  md5('event' || n)::uuid, 'command/' || n, 'StepSucceeded', 1,
  jsonb_build_object('step', 'brick ' || md5(n::text), 'attempt', 1, 'worker', 'worker-7', 'commands', jsonb_build_array(
    jsonb_build_object('host', 'storage-1.example', 'command', 'lvcreate --thin ' || repeat(md5(n::text), 4), 'exitCode', 0,
      'durationMs', n % 1000, 'stdout', repeat('x', 200), 'stderr', ''))),
  'worker-7', 'brickyard', md5('request' || n / 40), md5((n / ${EVENTS_PER_STREAM} + 1)::text)
from generate_series(0, ${EVENTS} - 1) n`;

async function fill(database: TestDatabase): Promise<void> {
  const owner = await database.connect('owner', 1);
  await owner.transaction(async (tx) => {
    // What the log is searched by is not what is measured here.
    await tx.query("set local session_replication_role = 'replica'");
    await tx.query(streams);
    await tx.query(events);
  });
  await owner.query('vacuum analyze brickyard.event, brickyard.event_stream');
  await untilVisible(database.db);
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1_000_000;
  process.stdout.write(
    `${what.padEnd(40)} ${(EVENTS / seconds).toFixed(0).padStart(8)}/s  ${seconds.toFixed(1).padStart(6)} s, ${cpuSeconds.toFixed(1)} s of it CPU here\n`,
  );
  return result;
}

it('seals and verifies a long log in memory that does not grow with it', { timeout: 1_800_000 }, async () => {
  const database = await freshDatabase();
  await fill(database);
  const key = testSealKey();
  const sealer = new Sealer({ sql: database.db, key, logger: silentLogger });
  await timed(`seal ${EVENTS.toString()} events`, () => sealer.pass(new AbortController().signal));
  await database.db.query('select');
  let highest = 0;
  const parts: string[] = [];
  const report = await timed(`verify ${EVENTS.toString()} events`, () =>
    verifyLog(new PostgresSealedLog(database.db), {
      publicKeys: new Map([[key.keyId, key.publicKey]]),
      anchors: [],
      onProgress: (checked) => {
        highest = Math.max(highest, process.memoryUsage.rss());
        if (checked >= ((parts.length + 1) * EVENTS) / 10) parts.push(heapInUse());
      },
    }),
  );
  process.stdout.write(`resident at most ${mebibytes(highest)}; in use after each tenth: ${parts.join(', ')}\n`);
  await database.dispose();
  expect(report).toMatchObject({ clean: true, sealedEvents: EVENTS, unsealedEvents: 0 });
});
