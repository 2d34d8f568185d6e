import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '#event-store';
import { migrations } from '#migrations';

export interface TestServer {
  /** Of a migrated database, as its owner; `freshDatabase` clones it, so nobody may stay connected to it. */
  readonly templateUrl: string;
  /** Stops the server and removes its data. @throws Error where it has panicked */
  stop(): Promise<void>;
}

/** Nothing that is lost in a crash matters here. */
const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '4GB' };

/**
 * A Postgres server of its own. One serves a whole run; a test needs another where it must not feel, or be felt by, what
 * goes on elsewhere: an open write transaction holds back the followers of every database of its server.
 */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'brickyard-test-'));
  const log: string[] = [];
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    onLog: (line) => log.push(line),
    serverSettings: fast,
  });
  await migrate(server.url, migrations);
  return {
    templateUrl: server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      const panics = log.filter((line) => line.includes('PANIC:'));
      if (panics.length > 0) throw new Error(`Postgres panicked: ${panics.join('; ')}`);
    },
  };
}
