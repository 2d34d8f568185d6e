import { type Database, newId, silentLogger } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresLeases } from '../leases/postgres-leases.js';
import { AnswerRecords, type AnswerRecord } from './answer-records.js';
import { forgetAnswers, forgettingAnswers } from './forget-answers.js';

const DAY_MS = 86_400_000;
const record: AnswerRecord = {
  request: 'POST /volumes',
  digest: 'd',
  answer: {
    status: 202,
    headers: { zeta: '1', location: '/queue/ab', alpha: '2' },
    body: '{"b":1,"a":"\\u003c \u2028"}\n',
  },
};

let database: TestDatabase;
let app: Database;
let owner: Database;
let records: AnswerRecords;
beforeAll(async () => {
  database = await freshDatabase();
  app = database.db;
  owner = await database.connect('owner', 2);
  records = new AnswerRecords(app);
});
afterAll(() => database.dispose());

function newKey(): { issuer: string; actor: string; key: string } {
  return { issuer: 'user', actor: 'jane', key: newId() };
}

/** Records that were made some days ago, oldest first. */
async function addOld(count: number, days: number): Promise<void> {
  await owner.query(
    `insert into brickyard.idempotency_record (issuer, actor, key, request, digest, answer, recorded_at)
     select 'old', 'old', gen_random_uuid()::text, 'POST /x', 'd', '{}', now() - $2 * interval '1 day' - n * interval '1 s'
     from generate_series(1, $1) n`,
    [count, days],
  );
}

async function countOf(issuer: string): Promise<number> {
  const [row] = await app.query<{ count: string }>(
    'select count(*) from brickyard.idempotency_record where issuer = $1',
    [issuer],
  );
  return Number(row?.count);
}

describe('a recorded answer', () => {
  it('is given back as it was, down to the order of its headers', async () => {
    const key = newKey();
    expect(await records.find(key)).toBeNull();
    await records.add(key, record);
    const found = await records.find(key);
    expect(found).toEqual(record);
    expect(Object.keys(found?.answer.headers ?? {})).toEqual(['zeta', 'location', 'alpha']);
  });

  it('is that of one issuer and one actor', async () => {
    const key = newKey();
    await records.add(key, record);
    expect(await records.find({ ...key, issuer: 'admin' })).toBeNull();
    expect(await records.find({ ...key, actor: 'joe' })).toBeNull();
    await records.add({ ...key, actor: 'joe' }, record);
  });

  it('stands: a second one for the same key is refused', async () => {
    const key = newKey();
    await records.add(key, record);
    await expect(records.add(key, record)).rejects.toMatchObject({ code: '23505', schema: 'brickyard' });
  });

  it('goes with its transaction', async () => {
    const key = newKey();
    const failing = app.transaction(async (tx) => {
      await new AnswerRecords(tx).add(key, record);
      throw new Error('no space');
    });
    await expect(failing).rejects.toThrow('no space');
    expect(await records.find(key)).toBeNull();
  });
});

describe('a key that is held', () => {
  it('makes the next one wait, who then finds the answer', async () => {
    const key = newKey();
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let holds = (): void => undefined;
    const taken = new Promise<void>((resolve) => (holds = resolve));
    const first = app.transaction(async (tx) => {
      const own = new AnswerRecords(tx);
      await own.hold(key);
      holds();
      await held;
      await own.add(key, record);
      order.push('first');
    });
    await taken;
    const second = app.transaction(async (tx) => {
      const own = new AnswerRecords(tx);
      await own.hold(key);
      order.push('second');
      return own.find(key);
    });
    const waiting = "select from pg_locks where locktype = 'advisory' and not granted";
    await expect.poll(() => owner.query(waiting).then((rows) => rows.length)).toBe(1);
    release();
    await first;
    expect(await second).toEqual(record);
    expect(order).toEqual(['first', 'second']);
  });

  it('keeps nobody else waiting', async () => {
    const key = newKey();
    await app.transaction(async (tx) => {
      await new AnswerRecords(tx).hold(key);
      await app.transaction((other) => new AnswerRecords(other).hold({ ...key, actor: 'joe' }));
      await app.transaction((other) => new AnswerRecords(other).hold({ ...key, issuer: 'admin' }));
      await app.transaction((other) => new AnswerRecords(other).hold(newKey()));
    });
  });
});

describe('old answers', () => {
  it('are removed batch by batch, the oldest first, and young ones are kept', async () => {
    await addOld(30, 2);
    const young = newKey();
    await records.add(young, record);
    expect(await records.removeOld(3 * DAY_MS, 10)).toBe(0);
    expect(await records.removeOld(DAY_MS, 10)).toBe(10);
    const [oldest] = await app.query<{ seconds: number }>(
      `select extract(epoch from now() - interval '2 days' - min(recorded_at))::float8 as seconds
       from brickyard.idempotency_record where issuer = 'old'`,
    );
    expect(oldest?.seconds).toBeLessThan(22);
    await forgetAnswers(records, DAY_MS, silentLogger, new AbortController().signal);
    expect(await countOf('old')).toBe(0);
    expect(await records.find(young)).not.toBeNull();
  });

  it('are left alone as soon as the duty is over', async () => {
    const over = new AbortController();
    let batches = 0;
    const endless = {
      removeOld: (_keepMs: number, limit: number) => {
        batches += 1;
        if (batches === 3) over.abort();
        return Promise.resolve(limit);
      },
    };
    await forgetAnswers(endless, DAY_MS, silentLogger, over.signal);
    expect(batches).toBe(3);
  });

  it('are removed by one process among many', async () => {
    await addOld(5, 2);
    const leases = new PostgresLeases(app);
    const duties = ['a', 'b'].map((process) =>
      forgettingAnswers({ records, leases, owner: process, logger: silentLogger, keepMs: DAY_MS }),
    );
    for (const duty of duties) duty.start();
    await expect.poll(() => countOf('old')).toBe(0);
    const holders = await app.query("select from brickyard.lease where key = 'duty/idempotency' and owner is not null");
    expect(holders).toHaveLength(1);
    await Promise.all(duties.map((duty) => duty.close()));
  });
});

describe('the table', () => {
  it.each([
    "update brickyard.idempotency_record set digest = 'x'",
    'truncate brickyard.idempotency_record',
    'alter table brickyard.idempotency_record add column x text',
  ])('refuses the application: %s', async (statement) => {
    await expect(app.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it.each([
    ["where issuer = 'a' and actor = 'b' and key = 'c'", 'idempotency_record_pkey'],
    ["where recorded_at < now() - interval '1 day' order by recorded_at limit 10", 'idempotency_record_age'],
  ])('is read by index: %s', async (where, index) => {
    await app.transaction(async (tx) => {
      await tx.query('set local enable_seqscan = off');
      const plan = await tx.query<object>(`explain select from brickyard.idempotency_record ${where}`);
      expect(JSON.stringify(plan)).toContain(index);
    });
  });
});
