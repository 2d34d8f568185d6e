import { type Anchor, Sealer } from '#audit';
import { newId, silentLogger } from '#kernel';
import { ask, type TestIssuer } from '#test/http-client';
import { testSealKey } from '#test/memory-sealed-log';
import { startSystem, type TestSystem } from '#test/system';
import { appendThings } from '#test/tampered-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Page {
  readonly items: readonly Anchor[];
  readonly next: string | null;
}

describe('GET /v1/audit/anchors', () => {
  const key = testSealKey();
  let system: TestSystem;

  beforeAll(async () => {
    system = await startSystem({ worker: null });
  });
  afterAll(() => system.close());

  async function page(query = ''): Promise<Page> {
    const { status, body } = await ask(system.base, 'GET', `/v1/audit/anchors${query}`, { as: 'auditor' });
    expect(status, body).toBe(200);
    return JSON.parse(body) as Page;
  }

  it('is empty where nothing is sealed', async () => {
    expect(await page()).toEqual({ items: [], next: null });
  });

  it('lists what was sealed, the newest first, page by page', async () => {
    const { db } = system.database;
    const sealer = new Sealer({ sql: db, key, logger: silentLogger });
    const id = newId();
    for (let version = 0; version < 3; version += 1) {
      await appendThings(db, id, version);
      await sealer.sealNext();
    }
    const { items } = await page();
    expect(items.map(({ number, totalEvents, keyId }) => [number, totalEvents, keyId])).toEqual([
      [3, 3, key.keyId],
      [2, 2, key.keyId],
      [1, 1, key.keyId],
    ]);
    const first = await page('?limit=2');
    const second = await page(`?limit=2&cursor=${String(first.next)}`);
    expect(first.items.concat(second.items)).toEqual(items);
    expect(second.next).toBeNull();
  });

  it.each<[TestIssuer | 'none', number]>([
    ['admin', 200],
    ['user', 403],
    ['none', 401],
  ])('answers %s with %i', async (as, status) => {
    const answer = await ask(system.base, 'GET', '/v1/audit/anchors', { as });
    expect(answer.status).toBe(status);
  });
});
