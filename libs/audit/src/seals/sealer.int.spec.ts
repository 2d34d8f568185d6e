import { restoreFixup } from '#event-store';
import { type Database, type Logger, newId, silentLogger, type Sql } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { testSealKey } from '#test/memory-sealed-log';
import { appendHidden, appendThings, tamper, untilVisible } from '#test/tampered-log';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Anchor, anchorOf } from './anchor.js';
import type { Seal } from './seal.js';
import { readSealLag } from './seal-lag.js';
import { readAnchors, sealsAfter } from './seal-rows.js';
import { EVENTS_PER_SEAL, Sealer, SealKeyMissing, type SealerParts } from './sealer.js';
import { PostgresSealedLog } from './verify/postgres-sealed-log.js';
import { verifyLog, type VerifyReport } from './verify/verify-log.js';

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await freshDatabase();
  db = database.db;
});
afterEach(() => database.dispose());

const never = new AbortController().signal;
const key = testSealKey();

const sealerOn = (sql: Sql, over: Partial<SealerParts> = {}): Sealer =>
  new Sealer({ sql, key, logger: silentLogger, ...over });

const verified = (anchors: readonly Anchor[] = []): Promise<VerifyReport> =>
  verifyLog(new PostgresSealedLog(db), { publicKeys: new Map([[key.keyId, key.publicKey]]), anchors });

describe('the sealer', () => {
  it('seals what is there, range after range, and then what is new', async () => {
    const ids = [newId(), newId(), newId()];
    for (const id of ids) await appendThings(db, id, 0, 800);
    const sealer = sealerOn(db);
    await sealer.pass(never);
    const seals = await sealsAfter(db, 0, 10);
    expect(seals.map(({ number, eventCount, totalEvents }) => [number, eventCount, totalEvents])).toEqual([
      [1, EVENTS_PER_SEAL, 1000],
      [2, EVENTS_PER_SEAL, 2000],
      [3, 400, 2400],
    ]);
    await sealer.pass(never);
    expect(await sealsAfter(db, 3, 10)).toEqual([]);
    await appendThings(db, ids[0]!, 800);
    await sealer.pass(never);
    expect(await sealsAfter(db, 3, 10)).toMatchObject([{ number: 4, eventCount: 1, totalEvents: 2401 }]);
    expect(await verified()).toMatchObject({
      clean: true,
      seals: 4,
      signedSeals: 4,
      sealedEvents: 2401,
      unsealedEvents: 0,
    });
  });

  it('leaves events for later that may still get an earlier neighbour', async () => {
    const sealer = sealerOn(db);
    await db.transaction(async (tx) => {
      await tx.query('select pg_current_xact_id()');
      await appendHidden(db, newId(), 0, 1);
      await sealer.pass(never);
      expect(await verified()).toMatchObject({ seals: 0, unsealedEvents: 1 });
    });
    await untilVisible(db);
    await sealer.pass(never);
    expect(await verified()).toMatchObject({ clean: true, seals: 1, unsealedEvents: 0 });
  });

  it('goes on behind the last sealed event that is left where somebody has removed some', async () => {
    const id = newId();
    await appendThings(db, id, 0, 3);
    const sealer = sealerOn(db);
    await sealer.pass(never);
    await appendThings(db, id, 3, 2);
    await sealer.pass(never);
    await tamper(database, 'delete from brickyard.event where stream_version in (3, 4, 5)');
    await appendThings(db, newId(), 0);
    await sealer.pass(never);
    expect(await sealsAfter(db, 2, 10)).toMatchObject([{ number: 3, eventCount: 1, totalEvents: 6 }]);
    expect(await verified()).toMatchObject({ counts: { 'event-removed': 3, 'stream-gap': 1 }, unsealedEvents: 0 });
  });

  it('stops where its time is over', async () => {
    await appendThings(db, newId(), 0);
    await sealerOn(db).pass(AbortSignal.abort());
    expect(await sealsAfter(db, 0, 1)).toEqual([]);
  });

  it('makes one chain with others that seal at the same time', async () => {
    const ids = Array.from({ length: 6 }, newId);
    const sealers = Array.from({ length: 4 }, () => sealerOn(db));
    for (let version = 0; version < 12; version += 1) {
      await Promise.all(ids.map((id) => appendThings(db, id, version)));
      const taken = await Promise.all(sealers.map((sealer) => sealer.sealNext()));
      expect(taken.filter((events) => events > 0)).toEqual([6]);
    }
    expect(await verified()).toMatchObject({ clean: true, seals: 12, sealedEvents: 72, unsealedEvents: 0 });
  });

  it('leaves nothing behind where it ends before its seal is written', async () => {
    await appendThings(db, newId(), 0, 3);
    const dying: Sql = {
      query: (text, parameters) =>
        text.includes('insert into brickyard.seal') ? Promise.reject(new Error('killed')) : db.query(text, parameters),
    };
    const meter = { sealed: vi.fn(), failed: vi.fn() };
    await expect(sealerOn(dying, { meter }).pass(never)).rejects.toThrow('killed');
    expect(meter.failed).toHaveBeenCalledOnce();
    expect(meter.sealed).not.toHaveBeenCalled();
    await sealerOn(db, { meter }).pass(never);
    expect(meter.sealed.mock.calls).toEqual([[3]]);
    expect(await verified()).toMatchObject({ clean: true, seals: 1, sealedEvents: 3 });
  });

  it('seals a log that was restored from a dump and put in order as if nothing had happened', async () => {
    const ids = [newId(), newId()];
    for (const id of ids) await appendThings(db, id, 0, 3);
    await sealerOn(db).pass(never);
    // As a dump brings them: transaction ids that this server has not given out yet.
    await tamper(
      database,
      'update brickyard.event set transaction_id = (transaction_id::text::bigint + 1000000000)::text::xid8',
    );
    expect(await restoreFixup(database.ownerUrl)).toBe(6);
    expect(await verified()).toMatchObject({ clean: true, sealedEvents: 6, unsealedEvents: 0 });
    await appendThings(db, ids[0]!, 3, 2);
    await sealerOn(db).pass(never);
    expect(await verified()).toMatchObject({ clean: true, seals: 2, sealedEvents: 8, unsealedEvents: 0 });
  });
});

describe('a sealer without a key', () => {
  const unsigned = { key: null };

  it('chains seals, and says once that they are not signed', async () => {
    const info = vi.fn<Logger['info']>();
    const sealer = sealerOn(db, { ...unsigned, logger: { ...silentLogger, info } });
    const id = newId();
    for (let version = 0; version < 3; version += 1) {
      await appendThings(db, id, version);
      await sealer.pass(never);
    }
    expect(info.mock.calls.map(([, text]) => text)).toEqual([
      expect.stringContaining('BRICKYARD_SEAL_KEY is not set'),
      'log sealed',
    ]);
    expect(await sealsAfter(db, 0, 10)).toMatchObject(Array(3).fill({ keyId: null, signature: null }));
  });

  it('does not go on where the log is signed, and says what to do', async () => {
    const id = newId();
    await appendThings(db, id, 0);
    await sealerOn(db).pass(never);
    await appendThings(db, id, 1);
    await expect(sealerOn(db, unsigned).pass(never)).rejects.toThrow(SealKeyMissing);
    await sealerOn(db).pass(never);
    expect(await verified()).toMatchObject({ clean: true, signedSeals: 2 });
  });

  it('may be followed by one with a key, whose seals are right with an anchor from before', async () => {
    const id = newId();
    await appendThings(db, id, 0);
    await sealerOn(db, unsigned).pass(never);
    const anchors = await readAnchors(db, null, 1);
    const warn = vi.fn<Logger['warn']>();
    const sealer = sealerOn(db, { logger: { ...silentLogger, warn } });
    for (const version of [1, 2]) {
      await appendThings(db, id, version);
      await sealer.pass(never);
    }
    expect(await verified(anchors)).toMatchObject({ clean: true, seals: 3, signedSeals: 2 });
    expect((await verified()).counts).toEqual({ 'signature-missing': 1 });
    expect(warn.mock.calls).toEqual([[{ seal: 2, keyId: key.keyId }, expect.stringContaining('not signed')]]);
  });
});

describe('anchors', () => {
  const line = (seal: Seal): unknown[] => [{ anchor: anchorOf(seal) }, 'log sealed'];

  it('are in the log of the process, the newest at most once in a while, and the last one at the end', async () => {
    const info = vi.fn<Logger['info']>();
    const sealer = sealerOn(db, { logger: { ...silentLogger, info } });
    const id = newId();
    for (let version = 0; version < 3; version += 1) {
      await appendThings(db, id, version);
      await sealer.pass(never);
    }
    const seals = await sealsAfter(db, 0, 10);
    expect(info.mock.calls).toEqual([line(seals[0]!)]);
    sealer.logAnchor();
    sealer.logAnchor();
    expect(info.mock.calls.slice(1)).toEqual([line(seals[2]!)]);
  });

  it('can be read from the database, the newest first, page by page', async () => {
    const id = newId();
    for (let version = 0; version < 3; version += 1) {
      await appendThings(db, id, version);
      await sealerOn(db).pass(never);
    }
    const seals = await sealsAfter(db, 0, 10);
    expect(await readAnchors(db, null, 2)).toEqual([anchorOf(seals[2]!), anchorOf(seals[1]!)]);
    expect(await readAnchors(db, 2, 2)).toEqual([anchorOf(seals[0]!)]);
  });
});

it('tells how far the seals are behind the log', async () => {
  expect(await readSealLag(db)).toEqual({ newestSealSeconds: null, unsealedEvents: 0, oldestUnsealedSeconds: 0 });
  const id = newId();
  await appendThings(db, id, 0, 3);
  expect(await readSealLag(db)).toMatchObject({ newestSealSeconds: null, unsealedEvents: 3 });
  await sealerOn(db).pass(never);
  const sealed = await readSealLag(db);
  expect(sealed).toMatchObject({ unsealedEvents: 0, oldestUnsealedSeconds: 0 });
  expect(sealed.newestSealSeconds).toBeGreaterThan(0);
  await appendThings(db, id, 3, 2);
  const behind = await readSealLag(db);
  expect(behind.unsealedEvents).toBe(2);
  expect(behind.oldestUnsealedSeconds).toBeGreaterThan(0);
});

describe('seals', () => {
  const changes = [
    'update brickyard.seal set key_id = key_id',
    'delete from brickyard.seal',
    'truncate brickyard.seal',
  ] as const;

  it.each([...changes, 'alter table brickyard.seal disable trigger seal_immutable', 'drop table brickyard.seal'])(
    'cannot be changed by the application: %s',
    async (statement) => {
      await expect(db.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    },
  );

  it.each(changes)('cannot be changed by a superuser by mistake: %s', async (statement) => {
    await appendThings(db, newId(), 0);
    await sealerOn(db).pass(never);
    const superuser = await database.connect('owner', 1);
    await expect(superuser.query(statement)).rejects.toMatchObject({ code: 'BY003' });
    const past = superuser.transaction(async (tx) => {
      await tx.query("set local session_replication_role = 'replica'");
      await tx.query("set local brickyard.restore_fixup = 'on'");
      await tx.query(statement);
    });
    await expect(past).rejects.toMatchObject({ code: 'BY003' });
  });
});
