import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrate, startEmbeddedPostgres } from '#event-store';
import { migrations } from '#migrations';

export interface TestServer {
  /** Of a migrated database, as its owner; `freshDatabase` clones it, so nobody may stay connected to it. */
  readonly templateUrl: string;
  /** Stops the server and removes its data. @throws Error where it has panicked */
  stop(): Promise<void>;
}

/** A server to which everything may happen that can happen to one. */
export interface FragileServer extends TestServer {
  /** Holds every process of it where it stands: connections stay, nothing answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Shuts it down; its address refuses connections until `start`. */
  shutDown(): Promise<void>;
  /** In the same place, on the same data. */
  start(): Promise<void>;
  /** SIGKILL to the server, which is then started again by its supervisor. */
  kill(): Promise<void>;
}

/** Nothing that is lost in a crash matters here. */
const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '4GB' };

/** What was committed survives the end of the server, though not that of the machine. */
const durable = { ...fast, synchronous_commit: 'on', full_page_writes: 'on' };

/**
 * A Postgres server of its own. One serves a whole run; a test needs another where it must not feel, or be felt by, what
 * goes on elsewhere: an open write transaction holds back the followers of every database of its server.
 */
export async function startTestServer(settings: { durable?: boolean } = {}): Promise<FragileServer> {
  const folder = await mkdtemp(join(tmpdir(), 'brickyard-test-'));
  const log: string[] = [];
  const open = (port?: number) =>
    startEmbeddedPostgres({
      dataDir: folder,
      onLog: (line) => log.push(line),
      serverSettings: settings.durable === true ? durable : fast,
      ...(port === undefined ? {} : { port }),
    });
  let server = await open();
  const { url: templateUrl, port } = server;
  await migrate(templateUrl, migrations);
  let frozen: number[] = [];
  const thaw = (): Promise<void> => {
    for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
    return Promise.resolve();
  };
  return {
    templateUrl,
    freeze: async () => {
      const postmaster = await postmasterOf(folder);
      // First the one who starts the others.
      process.kill(postmaster, 'SIGSTOP');
      frozen = [postmaster, ...(await childrenOf(postmaster))];
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    },
    thaw,
    shutDown: () => server.stop(),
    start: async () => {
      server = await open(port);
    },
    kill: async () => void process.kill(await postmasterOf(folder), 'SIGKILL'),
    stop: async () => {
      await thaw();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      const panics = log.filter((line) => line.includes('PANIC:'));
      if (panics.length > 0) throw new Error(`Postgres panicked: ${panics.join('; ')}`);
    },
  };
}

async function postmasterOf(folder: string): Promise<number> {
  const [pid = ''] = (await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return processes.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : []));
}
