import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '#test/database';
import { migrations } from '#migrations';
import { assertMigrated, migrate, MigrationsPending, pendingMigrations } from './migrate.js';

describe('migrate', () => {
  let test: TestDatabase;
  let emptyUrl: string;

  beforeAll(async () => {
    test = await freshDatabase();
    const owner = await test.connect('owner', 1);
    await owner.query('drop schema brickyard cascade');
    await owner.query('drop schema read_model cascade');
    emptyUrl = test.ownerUrl;
  });
  afterAll(() => test.dispose());

  it('says what an empty database lacks', async () => {
    await expect(assertMigrated(emptyUrl, migrations)).rejects.toThrow(MigrationsPending);
  });

  it('lets several replicas start at once: each migration is applied by one of them', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrate(emptyUrl, migrations)));
    expect(applied.flat().sort()).toEqual(migrations.map((migration) => new migration().name).sort());
    await assertMigrated(emptyUrl, migrations);
    expect(await pendingMigrations(test.db, migrations)).toEqual([]);
  });

  it('does nothing the second time', async () => {
    expect(await migrate(emptyUrl, migrations)).toEqual([]);
  });
});
