import { openDatabase, PostgresEventStore } from '#event-store';
import { silentLogger } from '#kernel';
import { PostgresLedger, PostgresQueries, snapshotsOf } from '#read-model';
import { cuttableWay } from '#test/cuttable-way';
import { ask, type HttpAnswer } from '#test/http-client';
import { startTestServer, type FragileServer } from '#test/postgres-server';
import { buildTopology, settled } from '#test/rest-steps';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { startSystem } from '#test/system';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { databaseCheck } from './index.js';

const replica3 = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
const away = /^The database cannot be reached \(request [0-9a-f]{32}\)\n$/;
/** What the first to notice may wait, with room for a machine that is busy. */
const FIRST_MS = 4500;
const NEXT_MS = 1000;

interface Timed extends HttpAnswer {
  readonly durationMs: number;
}

async function timed(work: Promise<HttpAnswer>): Promise<Timed> {
  const startedAt = performance.now();
  return { ...(await work), durationMs: performance.now() - startedAt };
}

const redisUrl = inject('redisUrl');

describe.each(['postgres', 'redis'] as const)('while the database is away, with the queue on %s', (backend) => {
  let server: FragileServer;
  let system: SimulatedSystem;
  const skip = backend === 'redis' && redisUrl === null;

  beforeAll(async () => {
    if (skip) return;
    server = await startTestServer({ durable: true });
    system = await startSimulatedSystem({
      templateUrl: server.templateUrl,
      worker: { leaseTtlMs: 2000 },
      ...(backend === 'redis'
        ? { queue: () => ({ backend, url: redisUrl ?? '', prefix: `outage_${Date.now().toString()}` }) }
        : {}),
    });
    await system.loadAll();
  });
  afterAll(async () => {
    if (skip) return;
    await system.close();
    await server.stop();
  });

  const get = (path: string) => ask(system.base, 'GET', path);
  const probe = (path: string) => ask(system.base, 'GET', path, { as: 'none' });
  const create = () => timed(ask(system.base, 'POST', '/volumes', { body: replica3 }));
  const read = () => timed(get('/volumes'));
  const accepted = async (): Promise<number> => {
    const [row] = await system.database.db.query<{ count: string }>(
      "select count(*) as count from brickyard.event where type = 'OperationAccepted'",
    );
    return Number(row?.count);
  };

  const outages: Readonly<Record<string, readonly [begin: () => Promise<void>, end: () => Promise<void>]>> = {
    frozen: [() => server.freeze(), () => server.thaw()],
    refused: [() => server.shutDown(), () => server.start()],
    // Its supervisor starts it again at once, and it has to recover.
    killed: [
      async () => {
        await server.kill();
        await server.shutDown();
      },
      () => server.start(),
    ],
  };

  it.skipIf(skip).each(Object.keys(outages))(
    '(%s) requests are refused at once, nothing is accepted, and it comes back by itself',
    async (how) => {
      const [begin, end] = outages[how] ?? [];
      if (begin === undefined || end === undefined) throw new Error('no such outage');
      // One operation is in the middle of its work, and its worker loses its lease meanwhile.
      const [node] = system.simulator.nodes;
      const hang = node?.faults.add({ match: /lvcreate/, action: { kind: 'hang' } });
      const under = await ask(system.base, 'POST', '/volumes', { body: replica3 });
      await hang?.firstHit;
      const before = await accepted();

      await begin();
      const first = await Promise.all([read(), create(), read(), timed(get(under.headers.location ?? ''))]);
      for (const answer of first) {
        expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
        expect(answer.body).toMatch(away);
        expect(answer.durationMs).toBeLessThan(FIRST_MS);
      }
      for (let attempt = 0; attempt < 10; attempt += 1) {
        for (const answer of await Promise.all([read(), create(), timed(ask(system.base, 'DELETE', '/volumes/ab'))])) {
          expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
          expect(answer.durationMs).toBeLessThan(NEXT_MS);
        }
      }
      await expect.poll(async () => (await probe('/readyz')).body).toBe('not ready: database\n');
      expect((await probe('/readyz')).status).toBe(503);
      expect(await probe('/hello')).toMatchObject({ status: 200, body: 'Hello from Heketi' });
      expect((await probe('/livez')).status).toBe(200);
      expect((await probe('/metrics')).body).toContain('heketi_up 0\n');

      await end();
      node?.faults.clear();
      await expect.poll(async () => (await probe('/readyz')).status, { timeout: 30_000 }).toBe(200);
      await expect.poll(accepted, { timeout: 30_000 }).toBe(before);
      // What was under way ends; what is sent now is carried out, by the same worker.
      const polled = under.headers.location ?? '';
      await expect.poll(async () => (await get(polled)).status, { timeout: 60_000 }).toBe(303);
      const made = await settled(system.base, 'POST', '/volumes', { body: replica3 });
      expect(made.status, made.body).toBe(303);
      expect((await probe('/metrics')).body).toContain('heketi_up 1\n');
      for (const location of [(await get(polled)).headers.location, made.headers.location]) {
        expect((await settled(system.base, 'DELETE', location ?? '')).status).toBe(204);
      }
    },
  );
});

describe('a commit whose outcome is not known', () => {
  it('is answered with neither success nor refusal, and where to look', async () => {
    const system = await startSystem();
    const way = await cuttableWay(system.database.ownerUrl);
    const link = await openDatabase({ url: way.url, poolSize: 4, applicationName: 'cut', logger: silentLogger });
    const { base, api } = await system.replica({
      ledger: new PostgresLedger(link.database, new PostgresEventStore()),
      queries: new PostgresQueries(link.database),
      snapshots: snapshotsOf(link.database),
      readiness: [databaseCheck(link.health)],
    });
    try {
      await buildTopology(system.base, 3);
      for (const when of ['before', 'after'] as const) {
        way.cutAt('COMMIT', when);
        const answer = await ask(base, 'POST', '/volumes', { body: replica3 });
        expect(answer.status).toBe(503);
        expect(answer.headers).not.toHaveProperty('retry-after');
        const [, path = ''] = /See whether (\/queue\/[0-9a-f]{32}) is there/.exec(answer.body) ?? [];
        expect(answer.body).toContain('it may have been made or not');
        const status = async (): Promise<number> => (await ask(system.base, 'GET', path)).status;
        await expect.poll(status, { timeout: 20_000 }).toBe(when === 'after' ? 303 : 404);
      }
    } finally {
      await api.close();
      await link.close();
      await way.close();
      await system.close();
    }
  });
});
