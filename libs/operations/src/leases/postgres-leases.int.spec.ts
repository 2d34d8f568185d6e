import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { newId } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LeaseLostError, type Lease } from './leases.js';
import { PostgresLeases } from './postgres-leases.js';

const LONG_MS = 60_000;

let database: TestDatabase;
let leases: PostgresLeases;
beforeAll(async () => {
  database = await freshDatabase();
  leases = new PostgresLeases(database.db);
});
afterAll(() => database.dispose());

/** Claims what must be free. */
async function claimed(keys: readonly string[], owner: string, ttlMs = LONG_MS): Promise<Lease> {
  const lease = await leases.claim(keys, owner, ttlMs);
  if (lease === null) throw new Error(`${keys.join(', ')} should have been free`);
  return lease;
}

describe('a claim', () => {
  it('takes all of its keys or none of them', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    await claimed([b], 'first');
    expect(await leases.claim([a, b, c], 'second', LONG_MS)).toBeNull();
    expect(await leases.heldAmong([a, b, c])).toEqual(new Set([b]));
    expect(Object.keys((await claimed([a, c], 'third')).epochs).sort()).toEqual([a, c].sort());
  });

  it('is refused to the holder as well: it may be another job of the same process', async () => {
    const key = newId();
    await claimed([key], 'me');
    expect(await leases.claim([key], 'me', LONG_MS)).toBeNull();
  });

  it('succeeds when the time of the holder has run out, and raises the epoch', async () => {
    const key = newId();
    const old = await claimed([key], 'slow', 50);
    await expect.poll(() => leases.claim([key], 'next', LONG_MS)).not.toBeNull();
    await expect(leases.renew(old, LONG_MS)).rejects.toThrow(LeaseLostError);
    expect(await leases.heldAmong([key])).toEqual(new Set([key]));
  });

  it('succeeds after a release, with a higher epoch', async () => {
    const key = newId();
    const first = await claimed([key], 'first');
    await leases.release(first);
    expect(await leases.heldAmong([key])).toEqual(new Set());
    const second = await claimed([key], 'second');
    expect(second.epochs[key]).toBeGreaterThan(first.epochs[key] ?? Infinity);
  });

  it('of nothing is always granted', async () => {
    const lease = await claimed([], 'me');
    await leases.renew(lease, LONG_MS);
    await leases.release(lease);
  });
});

it('is kept by renewing it', async () => {
  const key = newId();
  const lease = await claimed([key], 'me', 300);
  for (let n = 0; n < 5; n += 1) {
    await delay(100);
    await leases.renew(lease, 300);
  }
  expect(await leases.claim([key], 'other', LONG_MS)).toBeNull();
});

it('is not given back by somebody who has lost it', async () => {
  const key = newId();
  const old = await claimed([key], 'same name', 1);
  await expect.poll(() => leases.claim([key], 'same name', LONG_MS)).not.toBeNull();
  await leases.release(old);
  expect(await leases.heldAmong([key])).toEqual(new Set([key]));
});

describe('inside a transaction', () => {
  it('a holder passes, and nobody can take over before it commits', async () => {
    const key = newId();
    const lease = await claimed([key], 'writer', 1);
    const order: string[] = [];
    const takeOver = await database.db.transaction(async (tx) => {
      await leases.assertHeld(tx, lease);
      const waiting = leases.claim([key], 'heir', LONG_MS).then((got) => {
        order.push('taken over');
        return got;
      });
      await delay(200);
      order.push('written');
      return { waiting };
    });
    expect(await takeOver.waiting).not.toBeNull();
    expect(order).toEqual(['written', 'taken over']);
  });

  it('whoever was overtaken is refused', async () => {
    const [a, b] = [newId(), newId()];
    const old = await claimed([a, b], 'slow', 1);
    await expect.poll(() => leases.claim([b], 'heir', LONG_MS)).not.toBeNull();
    const write = database.db.transaction((tx) => leases.assertHeld(tx, old));
    await expect(write).rejects.toThrow(new LeaseLostError([b]));
  });
});

it('has never two holders, and epochs that only grow, however many race', async () => {
  const owner = fc.record({
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 }),
    holdMs: fc.integer({ min: 0, max: 5 }),
  });
  const races = fc.asyncProperty(fc.array(owner, { minLength: 8, maxLength: 16 }), async (owners) => {
    const race = newId();
    const holders = new Map<string, number>();
    const epochs = new Map<string, number[]>();
    await Promise.all(
      owners.map(async ({ keys, holdMs }, n) => {
        const wanted = keys.map((key) => `${race}/${key}`);
        let lease = await leases.claim(wanted, `owner ${n}`, LONG_MS);
        while (lease === null) {
          await delay(2);
          lease = await leases.claim(wanted, `owner ${n}`, LONG_MS);
        }
        for (const [key, epoch] of Object.entries(lease.epochs)) {
          expect(holders.get(key)).toBeUndefined();
          holders.set(key, n);
          epochs.set(key, [...(epochs.get(key) ?? []), epoch]);
        }
        await delay(holdMs);
        for (const key of wanted) holders.delete(key);
        await leases.release(lease);
      }),
    );
    for (const seen of epochs.values()) expect(seen).toEqual(seen.map((_, n) => n + 1));
  });
  await fc.assert(races, { numRuns: 12 });
});
