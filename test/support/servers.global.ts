import type { TestProject } from 'vitest/node';
import { startTestServer } from './postgres-server.js';
import { findRedis } from './redis-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database that `freshDatabase` clones, as its owner. Nobody may be connected to it. */
    templateUrl: string;
    /** Null where there is no Redis: tests that need one skip themselves. */
    redisUrl: string | null;
  }
}

/** One Postgres, and Redis where there is one, for a whole run of tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startTestServer(), findRedis()]);
  project.provide('templateUrl', postgres.templateUrl);
  project.provide('redisUrl', redis.url);
  if (redis.url === null) {
    process.stdout.write(
      '\n*** NO REDIS (no REDIS_URL, no redis-server on the PATH): tests of the Redis backend are SKIPPED ***\n\n',
    );
  }
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}
