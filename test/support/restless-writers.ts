import { setTimeout as delay } from 'node:timers/promises';
import { PostgresEventStore } from '#event-store';
import { type Database, newId, systemAttribution } from '#kernel';

const store = new PostgresEventStore();

/** For their rollback. */
class ChangedMind extends Error {}

/** Of a kind that no object has: the read model knows nothing of it. */
const append = (tx: Parameters<PostgresEventStore['append']>[0], count: number): Promise<unknown> => {
  const events = Array.from({ length: count }, (_, nth) => ({ type: 'ThingHappened', data: { nth } }));
  const options = { attribution: systemAttribution('test', 'test'), commandId: newId() };
  return store.append(tx, [{ kind: 'request', id: newId(), expectedVersion: 0, events }], options);
};

/**
 * Appends in transactions whose commits are in no order: some take their number early and commit late, some dawdle after they
 * have appended, one in six is rolled back, and there are pauses in which nothing happens.
 */
export async function appendRestlessly(db: Database, transactions: number): Promise<void> {
  for (let n = 0; n < transactions; n += 1) {
    const [early, late, isUndone] = [Math.random() < 0.3, Math.random() < 0.4, Math.random() < 1 / 6];
    const work = db.transaction(async (tx) => {
      if (early) await tx.query('select pg_current_xact_id()');
      if (early) await delay(Math.random() * 150);
      await append(tx, 1 + Math.floor(Math.random() * 3));
      if (late) await delay(Math.random() * 250);
      if (isUndone) throw new ChangedMind();
    });
    await work.catch((error: unknown) => {
      if (!(error instanceof ChangedMind)) throw error;
    });
    await delay(Math.random() < 0.1 ? 200 + Math.random() * 300 : Math.random() * 10);
  }
}

/** One transaction that appends at once and commits so much later: what others commit meanwhile has to wait for it. */
export async function appendSlowly(db: Database, forMs: number): Promise<void> {
  await db.transaction(async (tx) => {
    await append(tx, 2);
    await delay(forMs);
  });
}
