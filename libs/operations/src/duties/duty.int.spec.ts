import { silentLogger } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaseKeys, type Leases } from '../leases/leases.js';
import { PostgresLeases } from '../leases/postgres-leases.js';
import { Duty } from './duty.js';

let database: TestDatabase;
let leases: PostgresLeases;
const open: Duty[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  leases = new PostgresLeases(database.db);
});
afterEach(() => Promise.all(open.splice(0).map((duty) => duty.close())));
afterAll(() => database.dispose());

/** A duty that notes who did a pass, and whether it was the first after taking over. */
function duty(name: string, owner: string, intervalMs: number, notes: string[], over: Partial<Leases> = {}): Duty {
  const held: Leases = {
    claim: (...args) => leases.claim(...args),
    renew: (...args) => leases.renew(...args),
    release: (...args) => leases.release(...args),
    assertHeld: (...args) => leases.assertHeld(...args),
    heldAmong: (...args) => leases.heldAmong(...args),
    ...over,
  };
  const pass = (taken: boolean): Promise<void> => {
    notes.push(taken ? `${owner} takes over` : owner);
    return Promise.resolve();
  };
  const made = new Duty({ name, leases: held, owner, logger: silentLogger, intervalMs, pass });
  made.start();
  open.push(made);
  return made;
}

describe('a duty', () => {
  it('is done by one process at a time, and by another one when that stops', async () => {
    const notes: string[] = [];
    const first = duty('shared', 'a', 30, notes);
    await expect.poll(() => notes).toEqual(expect.arrayContaining(['a takes over', 'a']));
    duty('shared', 'b', 30, notes);
    const seen = notes.length;
    await expect.poll(() => notes.length).toBeGreaterThan(seen + 3);
    expect(notes.filter((note) => note.startsWith('b'))).toEqual([]);
    await first.close();
    await expect.poll(() => notes.at(-1)).toBe('b');
    expect(notes.filter((note) => note === 'b takes over')).toHaveLength(1);
    expect(notes.slice(notes.indexOf('b takes over'))).not.toContain('a');
  });

  it('passes on within 10 s of the death of its holder, however seldom it is done', async () => {
    const dead = { renew: () => Promise.reject(new Error('frozen')), release: () => Promise.resolve() };
    const notes: string[] = [];
    duty('seldom', 'dies', 3_600_000, notes, dead);
    await expect.poll(() => notes).toEqual(['dies takes over']);
    const [row] = await database.db.query<{ seconds: number }>(
      'select extract(epoch from until - clock_timestamp())::float8 as seconds from brickyard.lease where key = $1',
      [leaseKeys.duty('seldom')],
    );
    // The others look every two seconds: the lease may have eight to live.
    expect(row?.seconds).toBeLessThan(8);
    duty('seldom', 'heir', 3_600_000, notes);
    await expect.poll(() => notes, { timeout: 12_000 }).toEqual(['dies takes over', 'heir takes over']);
  });

  it('goes on after a pass that failed, and takes itself back after a lease was lost', async () => {
    let passes = 0;
    const taken: boolean[] = [];
    const pass = (first: boolean): Promise<void> => {
      passes += 1;
      taken.push(first);
      return passes === 1 ? Promise.reject(new Error('the first one fails')) : Promise.resolve();
    };
    const made = new Duty({ name: 'lost', leases, owner: 'me', logger: silentLogger, intervalMs: 20, pass });
    made.start();
    open.push(made);
    await expect.poll(() => passes).toBeGreaterThan(2);
    await database.db.query(
      "update brickyard.lease set owner = null, epoch = epoch + 1, until = '-infinity' where key = $1",
      [leaseKeys.duty('lost')],
    );
    await expect.poll(() => taken.filter((first) => first).length).toBe(2);
  });
});
