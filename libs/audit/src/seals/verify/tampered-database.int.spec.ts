import { type Database, newId, silentLogger } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { testSealKey } from '#test/memory-sealed-log';
import { appendThings, tamper } from '#test/tampered-log';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAnchors } from '../seal-rows.js';
import { Sealer } from '../sealer.js';
import { PostgresSealedLog } from './postgres-sealed-log.js';
import { verifyLog, type VerifyReport } from './verify-log.js';

const [one, other] = ['1'.repeat(32), '2'.repeat(32)];
const key = testSealKey();

let database: TestDatabase;
let db: Database;

/** Two seals of six events each, the streams in turn, and one event that is not sealed yet. */
beforeEach(async () => {
  database = await freshDatabase();
  db = database.db;
  const sealer = new Sealer({ sql: db, key, logger: silentLogger });
  for (let version = 0; version < 6; version += 1) {
    for (const id of [one, other]) await appendThings(db, id, version);
    if (version % 3 === 2) await sealer.sealNext();
  }
  await appendThings(db, newId(), 0);
});
afterEach(() => database.dispose());

async function verified(anchors = false): Promise<VerifyReport> {
  return verifyLog(new PostgresSealedLog(db), {
    publicKeys: new Map([[key.keyId, key.publicKey]]),
    anchors: anchors ? await readAnchors(db, null, 10) : [],
  });
}

const ofStream = (id: string, version: number): string =>
  `stream_kind = 'thing' and stream_id = '${id}' and stream_version = ${String(version)}`;

async function nameOf(id: string, version: number): Promise<{ eventId: string; position: string }> {
  const [row] = await db.query<{ eventId: string; position: string }>(
    `select event_id as "eventId", transaction_id || ':' || global_position as position
     from brickyard.event where ${ofStream(id, version)}`,
  );
  return row!;
}

describe('a superuser of the database who changes the log', () => {
  it('has to switch off a trigger, which alone changes nothing', async () => {
    await tamper(database);
    expect(await verified(true)).toMatchObject({
      clean: true,
      sealedEvents: 12,
      unsealedEvents: 1,
      anchorsCompared: 2,
    });
  });

  it.each([
    `data = jsonb_set(data, '{nth}', '0')`,
    `data = data - 'size'`,
    `metadata = '{"by": "me"}'`,
    `actor = 'mallory'`,
    `source_address = '10.0.0.9'`,
    `causation_id = 'x'`,
    `schema_version = 2`,
    `recorded_at = recorded_at + interval '1 microsecond'`,
    `recorded_at = 'infinity'`,
    `recorded_at = recorded_at - interval '4051 years'`,
  ])('is found out with %s', async (change) => {
    await tamper(database, `update brickyard.event set ${change} where ${ofStream(one, 5)}`);
    expect((await verified()).findings).toMatchObject([
      {
        problem: 'event-edited',
        seal: 2,
        streamKind: 'thing',
        streamId: one,
        streamVersion: 5,
        ...(await nameOf(one, 5)),
      },
    ]);
  });

  it('is found out with an event removed', async () => {
    const { eventId } = await nameOf(other, 2);
    await tamper(database, `delete from brickyard.event where ${ofStream(other, 2)}`);
    const report = await verified();
    expect(report.findings).toMatchObject([
      { problem: 'event-removed', seal: 1, eventId },
      { problem: 'stream-gap', streamKind: 'thing', streamId: other, streamVersion: 2 },
    ]);
    expect(report.findings[0]?.detail).toContain(`(thing/${one} version 2)`);
  });

  it('is found out with a whole stream removed, its row too', async () => {
    await tamper(
      database,
      `delete from brickyard.event where stream_id = '${other}'`,
      `delete from brickyard.event_stream where id = '${other}'`,
    );
    expect((await verified()).counts).toEqual({ 'event-removed': 6 });
  });

  it('is found out with an event inserted among sealed ones, with a version that fits', async () => {
    const id = newId();
    const { position } = await nameOf(one, 3);
    const [transactionId] = position.split(':');
    await tamper(
      database,
      `insert into brickyard.event_stream (kind, id, version, last_transaction_id) values ('thing', '${id}', 1, '3')`,
      `insert into brickyard.event overriding system value
       select (json_populate_record(e, json_build_object('stream_id', '${id}', 'stream_version', 1,
         'event_id', gen_random_uuid(), 'global_position', -1, 'transaction_id', '${transactionId!}'))).*
       from brickyard.event e where ${ofStream(one, 3)}`,
    );
    const report = await verified();
    expect(report.findings).toMatchObject([
      { problem: 'event-inserted', streamId: id, streamVersion: 1, position: `${transactionId!}:0` },
    ]);
    expect(report.unsealedEvents).toBe(1);
  });

  it('is found out with a copy of an event, which needs an index out of the way', async () => {
    await tamper(
      database,
      'drop index brickyard.event_id_once',
      `insert into brickyard.event overriding system value
       select (json_populate_record(e, json_build_object('stream_version', 7, 'global_position', 1000000))).*
       from brickyard.event e where ${ofStream(one, 3)}`,
    );
    const { counts } = await verified();
    expect(counts).toEqual({ 'event-inserted': 1, 'stream-beyond': 1 });
  });

  it('is found out with two events that have changed places', async () => {
    const [a, b] = [await nameOf(one, 2), await nameOf(other, 5)];
    const move = (to: string, what: string): string => {
      const [transactionId, globalPosition] = to.split(':');
      return `update brickyard.event set transaction_id = '${transactionId!}', global_position = ${globalPosition!} where ${what}`;
    };
    await tamper(
      database,
      'alter table brickyard.event alter column global_position drop identity',
      move('3:1', ofStream(one, 2)),
      move(a.position, ofStream(other, 5)),
      move(b.position, ofStream(one, 2)),
    );
    const report = await verified();
    expect(report.counts).toEqual({ 'event-moved': 2 });
    expect(report.findings.map(({ eventId }) => eventId).sort()).toEqual([a.eventId, b.eventId].sort());
  });

  it('is found out with the end of the log cut off, sealed or not', async () => {
    await tamper(
      database,
      `delete from brickyard.event where stream_version = 6 or stream_id not in ('${one}', '${other}')`,
    );
    const report = await verified();
    expect(report.counts).toEqual({ 'event-removed': 2, 'stream-gap': 3 });
    expect(report.unsealedEvents).toBe(0);
  });

  it('is found out with an event appended past the way to append', async () => {
    await tamper(
      database,
      `insert into brickyard.event overriding system value
       select (json_populate_record(e, json_build_object('stream_version', 7, 'event_id', gen_random_uuid(),
         'global_position', 1000000))).* from brickyard.event e where ${ofStream(other, 6)}`,
    );
    expect((await verified()).findings).toMatchObject([
      { problem: 'stream-beyond', streamKind: 'thing', streamId: other, streamVersion: 7 },
    ]);
  });
});

describe('a superuser of the database who changes the seals', () => {
  it.each([
    [`event_digests = overlay(event_digests placing '\\x00' from 1)`, { 'seal-altered': 1, 'event-edited': 1 }],
    [`sealed_at = sealed_at + interval '1 microsecond'`, { 'seal-altered': 1 }],
    [`hash = sha256('forged')`, { 'seal-altered': 1, 'signature-wrong': 1, 'chain-broken': 1 }],
    [`previous_hash = sha256('forged')`, { 'seal-altered': 1, 'chain-broken': 1 }],
    [`signature = overlay(signature placing '\\x00ff' from 1)`, { 'signature-wrong': 1 }],
    [`key_id = 'forged'`, { 'signature-wrong': 1 }],
  ])('is found out with %s', async (change, counts) => {
    await tamper(database, `update brickyard.seal set ${change} where number = 1`);
    const report = await verified();
    expect(report.counts).toEqual(counts);
    expect(report.findings.find(({ problem }) => problem !== 'chain-broken')?.seal).toBe(1);
  });

  it('is found out with a signature taken off', async () => {
    await tamper(database, 'update brickyard.seal set key_id = null, signature = null where number = 2');
    expect((await verified()).findings).toMatchObject([{ problem: 'signature-missing', seal: 2 }]);
  });

  it('is found out with a seal removed', async () => {
    await tamper(database, 'delete from brickyard.seal where number = 1');
    expect((await verified()).findings).toMatchObject([{ problem: 'seal-missing', seal: 1 }]);
  });

  it('is found out by anchors only with the last seals removed, and the rest of the log with them', async () => {
    const anchors = await readAnchors(db, null, 10);
    await tamper(
      database,
      'delete from brickyard.seal where number = 2',
      `delete from brickyard.event where stream_version > 3 or stream_id not in ('${one}', '${other}')`,
      `update brickyard.event_stream set version = 3 where version > 3`,
      `delete from brickyard.event_stream where id not in ('${one}', '${other}')`,
    );
    const log = new PostgresSealedLog(db);
    expect(await verifyLog(log, { publicKeys: null, anchors: [] })).toMatchObject({ clean: true, unsealedEvents: 0 });
    expect((await verifyLog(log, { publicKeys: null, anchors })).findings).toMatchObject([
      { problem: 'anchor-beyond', seal: 2 },
    ]);
  });
});
