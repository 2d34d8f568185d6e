import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LeaseLostError } from './leases.js';
import { PostgresLeases } from './postgres-leases.js';
import { raiseEpochs } from './raise-epochs.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});

afterAll(() => database.dispose());

it('takes every lease from its holder and starts far above all epochs that nodes may have seen', async () => {
  const leases = new PostgresLeases(database.db);
  const before = await leases.claim(['volume/a', 'node/b'], 'old', 60_000);
  if (before === null) throw new Error('not claimed');

  expect(await raiseEpochs(database.db)).toBe(2);

  await expect(leases.renew(before, 60_000)).rejects.toThrow(LeaseLostError);
  const after = await leases.claim(['volume/a', 'node/b'], 'new', 60_000);
  for (const [key, epoch] of Object.entries(before.epochs)) {
    expect(after?.epochs[key]).toBeGreaterThan(epoch + 999_999);
  }
});
