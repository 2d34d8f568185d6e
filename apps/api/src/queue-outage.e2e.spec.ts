import { ask } from '#test/http-client';
import { startRedis } from '#test/redis-server';
import { settled } from '#test/rest-steps';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const replica3 = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
/** Far below what a queue that hangs would cost, with room for a machine that is busy. */
const PROMPT_MS = 800;

const redis = await startRedis();

describe.skipIf(redis === null)('while Redis is away', () => {
  const server = redis!;
  let system: SimulatedSystem;

  beforeAll(async () => {
    system = await startSimulatedSystem({ queue: () => ({ backend: 'redis', url: server.url }) });
    await system.loadAll();
  });
  afterAll(async () => {
    await system.close();
    await server.stop();
  });

  const probe = async (path: string): Promise<string> => {
    const answer = await ask(system.base, 'GET', path, { as: 'none' });
    return `${answer.status.toString()} ${answer.body}`;
  };

  const outages: Readonly<
    Record<string, readonly [begin: () => Promise<void> | void, end: () => Promise<void> | void]>
  > = {
    frozen: [() => server.freeze(), () => server.thaw()],
    'refused, and wiped': [() => server.stop(), () => server.start()],
  };

  it.each(Object.keys(outages))(
    '(%s) changes are accepted without delay, and carried out when it is back',
    async (how) => {
      const [begin, end] = outages[how] ?? [];
      if (begin === undefined || end === undefined) throw new Error('no such outage');
      expect(await probe('/readyz')).toBe('200 ok\n');
      await begin();
      const accepted: string[] = [];
      const durations: number[] = [];
      // Some before the outage is noticed, some after.
      for (let n = 0; n < 8; n += 1) {
        if (n === 4) await expect.poll(() => probe('/readyz'), { timeout: 10_000 }).toBe('200 ok (degraded: queue)\n');
        const startedAt = performance.now();
        const answer = await ask(system.base, 'POST', '/volumes', { body: replica3 });
        durations.push(performance.now() - startedAt);
        expect(answer.status, answer.body).toBe(202);
        accepted.push(answer.headers.location ?? '');
      }
      expect(Math.max(...durations)).toBeLessThan(PROMPT_MS);
      expect(await probe('/readyz?verbose')).toBe(
        '200 {"ready":true,"checks":[{"name":"database","ok":true},{"name":"queue","ok":false,"degraded":true},{"name":"accepting","ok":true}]}\n',
      );
      for (const path of accepted) {
        expect((await ask(system.base, 'GET', path)).headers['x-pending']).toBe('true');
      }
      await end();
      for (const path of accepted) {
        const status = async (): Promise<number> => (await ask(system.base, 'GET', path)).status;
        await expect.poll(status, { timeout: 30_000 }).toBe(303);
      }
      await expect.poll(() => probe('/readyz'), { timeout: 10_000 }).toBe('200 ok\n');
      for (const path of accepted) {
        const location = (await ask(system.base, 'GET', path)).headers.location ?? '';
        expect((await settled(system.base, 'DELETE', location)).status).toBe(204);
      }
    },
  );
});
