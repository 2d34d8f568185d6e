import type { QueueConnection } from '#operations';
import type { TestDatabase } from '#test/database';
import { startSystem } from '#test/system';
import { describe, expect, inject, it } from 'vitest';
import { play, scenarios } from './play.js';

async function conforms(queue: (database: TestDatabase) => QueueConnection): Promise<void> {
  const system = await startSystem({ queue });
  try {
    const { code, output } = await play(system.base);
    expect(output).toContain(`${scenarios.length.toString()} passed, 0 failed`);
    expect(code).toBe(0);
  } finally {
    await system.close();
  }
}

describe("Heketi's recorded conversations", () => {
  it('are answered alike, with the queue on Postgres', () =>
    conforms(({ ownerUrl }) => ({ backend: 'postgres', url: ownerUrl })));

  const redisUrl = inject('redisUrl');
  it.skipIf(redisUrl === null)('are answered alike, with the queue on Redis', () =>
    conforms(() => ({ backend: 'redis', url: redisUrl ?? '', prefix: `conformance-${process.pid.toString()}` })),
  );
});
