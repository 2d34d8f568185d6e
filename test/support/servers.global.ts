import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '#event-store';
import { migrations } from '#migrations';
import type { TestProject } from 'vitest/node';
import { findRedis } from './redis-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database that `freshDatabase` clones, as its owner. Nobody may be connected to it. */
    templateUrl: string;
    /** Null where there is no Redis: tests that need one skip themselves. */
    redisUrl: string | null;
  }
}

/** Nothing that is lost in a crash matters here. */
const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '4GB' };

/** One Postgres, and Redis where there is one, for a whole run of tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'brickyard-test-'));
  const log: string[] = [];
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres({ dataDir: folder, onLog: (line) => log.push(line), serverSettings: fast }),
    findRedis(),
  ]);
  await migrate(postgres.url, migrations);
  project.provide('templateUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  if (redis.url === null) {
    process.stdout.write(
      '\n*** NO REDIS (no REDIS_URL, no redis-server on the PATH): tests of the Redis backend are SKIPPED ***\n\n',
    );
  }
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    const panics = log.filter((line) => line.includes('PANIC:'));
    await rm(folder, { recursive: true, force: true });
    if (panics.length > 0) throw new Error(`Postgres panicked: ${panics.join('; ')}`);
  };
}
