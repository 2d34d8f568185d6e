import { migrate } from '#event-store';
import { migrations } from '#migrations';
import type { TestProject } from 'vitest/node';
import { startTestServer, type TestServer } from './postgres-server.js';
import { findRedis } from './redis-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database that `freshDatabase` clones, as its owner. Nobody may be connected to it. */
    templateUrl: string;
    /** Null where there is no Redis: tests that need one skip themselves. */
    redisUrl: string | null;
  }
}

/**
 * Another server to test against, such as an older Postgres: the URL of an empty database, as a superuser who may also
 * connect to the database `postgres`.
 */
async function givenServer(url: string): Promise<TestServer> {
  await migrate(url, migrations);
  return { templateUrl: url, stop: () => Promise.resolve() };
}

/** One Postgres, and Redis where there is one, for a whole run of tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['BRICKYARD_TEST_DATABASE_URL'];
  const redis = await findRedis();
  const postgres = await (given === undefined ? startTestServer() : givenServer(given)).catch(
    async (error: unknown) => {
      await redis.stop();
      throw error;
    },
  );
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
