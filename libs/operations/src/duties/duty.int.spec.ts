import { once } from 'node:events';
import { newId, silentLogger } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaseKeys } from '../leases/leases.js';
import { PostgresLeases } from '../leases/postgres-leases.js';
import { Duty } from './duty.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.dispose());

const started: Duty[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((duty) => duty.close()));
});

/** Leases of a process that can be cut off from the database, which is what a dead process looks like from outside. */
class CutOffLeases extends PostgresLeases {
  cutOff = false;
  looks = 0;
  override renew(...rest: Parameters<PostgresLeases['renew']>): Promise<void> {
    return this.cutOff ? Promise.reject(new Error('cut off')) : super.renew(...rest);
  }
  override heldAmong(keys: readonly string[]): Promise<ReadonlySet<string>> {
    this.looks += 1;
    return this.cutOff ? Promise.reject(new Error('cut off')) : super.heldAmong(keys);
  }
}

interface Pass {
  readonly taken: boolean;
  readonly signal: AbortSignal;
}

interface Member {
  readonly duty: Duty;
  readonly leases: CutOffLeases;
  readonly passes: Pass[];
}

const done = (): Promise<void> => Promise.resolve();

async function untilStopped({ signal }: Pass): Promise<void> {
  await once(signal, 'abort');
}

function member(name: string, owner: string, work: (pass: Pass) => Promise<void> = done, over: object = {}): Member {
  const leases = new CutOffLeases(database.db);
  const passes: Pass[] = [];
  const pass = (taken: boolean, signal: AbortSignal): Promise<void> => {
    passes.push({ taken, signal });
    return work({ taken, signal });
  };
  const times = { intervalMs: 10, ttlMs: 600, watchMs: 20, ...over };
  const duty = new Duty({ name, leases, owner, logger: silentLogger, pass, ...times });
  started.push(duty);
  duty.start();
  return { duty, leases, passes };
}

describe('a duty', () => {
  it('is done by one process at a time, and by the next at once when that one stops', async () => {
    const name = newId();
    const one = member(name, 'one');
    await expect.poll(() => one.passes.length).toBeGreaterThan(2);
    const other = member(name, 'other');
    const before = one.passes.length;
    // Longer than a lease: it is renewed.
    await expect.poll(() => one.passes.length, { timeout: 10_000 }).toBeGreaterThan(before + 80);
    expect(other.passes).toEqual([]);
    await one.duty.close();
    const at = one.passes.length;
    await expect.poll(() => other.passes.length).toBeGreaterThan(2);
    expect(one.passes).toHaveLength(at);
    expect(other.passes.slice(0, 3).map(({ taken }) => taken)).toEqual([true, false, false]);
  });

  it('passes to another process when its holder is cut off, which stops by itself', async () => {
    const name = newId();
    const one = member(name, 'one');
    await expect.poll(() => one.passes.length).toBeGreaterThan(0);
    const other = member(name, 'other');
    one.leases.cutOff = true;
    await expect.poll(() => other.passes.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(one.passes.at(-1)?.signal.aborted).toBe(true);
    const at = one.passes.length;
    await expect.poll(() => other.passes.length).toBeGreaterThan(5);
    expect(one.passes).toHaveLength(at);
    one.leases.cutOff = false;
    await other.duty.close();
    await expect.poll(() => one.passes.length, { timeout: 10_000 }).toBeGreaterThan(at);
    expect(one.passes[at]?.taken).toBe(true);
  });

  it('passes on within 10 s of the death of its holder, with the times as they come, however seldom it is done', async () => {
    const name = newId();
    const seldom = { intervalMs: 3_600_000, ttlMs: undefined, watchMs: undefined };
    const dead = member(name, 'dies', done, seldom);
    await expect.poll(() => dead.passes.length).toBe(1);
    dead.leases.cutOff = true;
    const [row] = await database.db.query<{ seconds: number }>(
      'select extract(epoch from until - clock_timestamp())::float8 as seconds from brickyard.lease where key = $1',
      [leaseKeys.duty(name)],
    );
    expect(row?.seconds).toBeLessThan(8);
    const heir = member(name, 'heir', done, seldom);
    await expect.poll(() => heir.passes.length, { timeout: 15_000 }).toBe(1);
  });

  it('is kept over a pass that takes longer than its lease', async () => {
    const name = newId();
    const long = member(name, 'one', untilStopped);
    await expect.poll(() => long.passes.length).toBe(1);
    const other = member(name, 'other');
    await expect.poll(() => other.leases.looks, { timeout: 10_000 }).toBeGreaterThan(60);
    expect(other.passes).toEqual([]);
    expect(long.passes[0]?.signal.aborted).toBe(false);
  });

  it('goes on after a pass that failed', async () => {
    const one = member(newId(), 'one', () => Promise.reject(new Error('as intended')));
    await expect.poll(() => one.passes.length).toBeGreaterThan(2);
  });

  it('ends after the pass under way, which hears of it', async () => {
    let ended = false;
    const one = member(newId(), 'one', async (pass) => {
      await untilStopped(pass);
      ended = true;
    });
    await expect.poll(() => one.passes.length).toBe(1);
    await one.duty.close();
    expect(ended).toBe(true);
  });
});
