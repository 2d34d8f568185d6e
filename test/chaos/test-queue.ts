import type { Database } from '#kernel';
import type { QueueConnection } from '#operations';
import { startRedis } from '#test/redis-server';
import { Redis } from 'ioredis';

/** The queue of a world: one of the two that the product can use, and a way to lose everything that is in it. */
export interface TestQueue {
  readonly backend: QueueConnection['backend'];
  connection(databaseUrl: string): QueueConnection;
  wipe(owner: Database): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error where there is no redis-server */
export async function openTestQueue(backend: QueueConnection['backend']): Promise<TestQueue> {
  return backend === 'redis' ? openRedis() : openPostgres();
}

/** A server of its own: FLUSHALL is for nobody else's. */
async function openRedis(): Promise<TestQueue> {
  const server = await startRedis();
  if (server === null) throw new Error('there is no redis-server on the PATH');
  const { url } = server;
  const client = new Redis(url);
  return {
    backend: 'redis',
    connection: () => ({ backend: 'redis', url }),
    wipe: async () => {
      await client.flushall();
    },
    close: async () => {
      client.disconnect();
      await server.stop();
    },
  };
}

function openPostgres(): TestQueue {
  return {
    backend: 'postgres',
    connection: (url) => ({ backend: 'postgres', url }),
    wipe: truncateJobs,
    close: () => Promise.resolve(),
  };
}

const DEADLOCK = '40P01';

/** All tables but the one that says which form they have. */
async function truncateJobs(owner: Database): Promise<void> {
  const tables = await owner.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname = 'brickyard_queue' and tablename not like '%migration%'`,
  );
  if (tables.length === 0) throw new Error('the queue has no tables');
  const truncate = `truncate ${tables.map(({ name }) => name).join(', ')}`;
  while (!(await isDone(owner, truncate)));
}

/** @returns false where it ran into somebody who takes the tables in another order, and Postgres chose it to give way */
async function isDone(owner: Database, statement: string): Promise<boolean> {
  try {
    await owner.query(statement);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === DEADLOCK) return false;
    throw error;
  }
}
