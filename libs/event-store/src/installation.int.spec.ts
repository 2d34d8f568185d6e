import { freshDatabase, type TestDatabase } from '#test/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readInstallationId } from './installation.js';

let database: TestDatabase;
let copy: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase();
  copy = await freshDatabase();
});

afterAll(async () => {
  await database.dispose();
  await copy.dispose();
});

it('reads the id under the role of the application; a copy of the database has the same', async () => {
  const id = await readInstallationId(database.db);
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(await readInstallationId(copy.db)).toBe(id);
});

it('says what is wrong where there is none', async () => {
  const owner = await copy.connect('owner', 1);
  await owner.query('delete from brickyard.installation');
  await expect(readInstallationId(copy.db)).rejects.toThrow('restore it from a backup');
});
