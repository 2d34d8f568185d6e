import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries, type Binaries } from './binaries.js';
import {
  openDataDirectory,
  pgDataOf,
  prepareDataDirectory,
  readPassword,
  SUPERUSER,
  type DataDirectory,
} from './data-directory.js';
import { DataDirectoryError, inUse } from './data-directory-error.js';
import { serverAccount, type ServerAccount } from './os-user.js';
import { claimOwnership, clearTheWay, isOwner, portOfRunningServer } from './running-server.js';
import { ServerProcess, StartFailure } from './server-process.js';
import { SupervisedServer } from './supervised-server.js';

export interface EmbeddedPostgresSettings {
  /** Holds the data and the password; made where it is missing. */
  readonly dataDir: string;
  /** A free one where it is left out. */
  readonly port?: number;
  /** Lines of the server's log. */
  readonly onLog: (line: string) => void;
  /** Hears when the server has ended unasked and is started again. */
  readonly onTrouble?: (text: string) => void;
  /** More server settings, such as `fsync: 'off'` for tests. */
  readonly serverSettings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Of the database `brickyard`, as its owner. Holds the password: never log it. */
  readonly url: string;
  readonly port: number;
  /** Waits for the server's end; open transactions are rolled back. */
  stop(): Promise<void>;
}

const DATABASE = 'brickyard';

/**
 * Starts a Postgres of our own: real server binaries from npm, on the loopback interface only, with a data directory
 * that a second start finds again. A server that is killed is started again on the same port.
 * @throws DataDirectoryError where the directory cannot be used; Error where the server does not start
 */
export async function startEmbeddedPostgres(settings: EmbeddedPostgresSettings): Promise<EmbeddedPostgres> {
  const dataDir = await openDataDirectory(settings.dataDir);
  const [binaries, account] = await Promise.all([findBinaries(), serverAccount(pgDataOf(dataDir))]);
  const directory = await prepareDataDirectory(dataDir, binaries, account);
  await clearTheWay(dataDir, directory.pgData);
  // Before the start, so that nobody takes the new server for an orphan; and after it, because of two that start at once
  // only one gets here.
  await claimOwnership(dataDir);
  const { server, port } = await startWithRetry({ ...settings, dataDir }, directory, binaries, account);
  await claimOwnership(dataDir);
  const address = (database: string): string => urlOf(directory.password, port, database);
  try {
    await ensureDatabase(address('postgres'));
  } catch (error) {
    await server.stop();
    throw error;
  }
  const startAgain = async (): Promise<ServerProcess> => {
    await clearTheWay(dataDir, directory.pgData);
    const again = await startWithRetry({ ...settings, dataDir, port }, directory, binaries, account);
    return again.server;
  };
  const onTrouble = settings.onTrouble ?? settings.onLog;
  const supervised = new SupervisedServer(server, () => isOwner(dataDir), startAgain, onTrouble);
  return { url: address(DATABASE), port, stop: () => supervised.stop() };
}

function urlOf(password: string, port: number, database: string): string {
  return `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port.toString()}/${database}`;
}

/**
 * The address of the embedded server that another process runs on this directory, for commands that look on beside it.
 * @returns null where none runs
 */
export async function runningEmbeddedPostgres(dataDir: string): Promise<string | null> {
  const directory = await realpath(dataDir).catch(() => dataDir);
  const port = await portOfRunningServer(directory, pgDataOf(directory));
  return port === null ? null : urlOf(await readPassword(directory), port, DATABASE);
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string')
          reject(new Error('no free port on the loopback interface'));
        else resolve(address.port);
      });
    });
  });
}

const ATTEMPTS = 3;

/** Another program may take the free port first, and about one start in ten was seen to fail without a word. */
async function startWithRetry(
  settings: EmbeddedPostgresSettings,
  directory: DataDirectory,
  binaries: Binaries,
  account: ServerAccount,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = settings.port ?? (await freePort());
    const options = serverOptions(port, settings.serverSettings ?? {});
    try {
      const server = await ServerProcess.start(binaries.postgres, directory.pgData, options, account, settings.onLog);
      return { server, port };
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      const worthAnother = error.reason === null || (error.portTaken && settings.port === undefined);
      if (!worthAnother || attempt === ATTEMPTS) throw explain(error, settings.dataDir, port);
    }
  }
}

function serverOptions(port: number, more: Readonly<Record<string, string>>): Record<string, string> {
  return {
    port: port.toString(),
    listen_addresses: '127.0.0.1',
    // The default is a socket in a folder that everybody may write to.
    unix_socket_directories: '',
    max_connections: '200',
    lc_messages: 'C',
    jit: 'off',
    ...more,
  };
}

function explain(failure: StartFailure, dataDir: string, port: number): Error {
  if (failure.dataDirectoryInUse) return inUse(dataDir, 'another process');
  if (failure.portTaken)
    return new Error(`port ${port.toString()} is taken: stop what listens there, or choose another`);
  const reason = failure.reason ?? 'without a reason';
  return new DataDirectoryError(
    dataDir,
    `Postgres does not start on ${join(dataDir, 'postgres')} (${reason}): restore it from a backup, or move it away to start empty`,
  );
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
