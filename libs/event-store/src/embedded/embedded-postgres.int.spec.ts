import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../connection.js';
import { DataDirectoryError } from './data-directory-error.js';
import { runningEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';

/** Above what Linux gives out by default. */
const DEAD_PID = '4194999';

let dataDir: string;
let started: EmbeddedPostgres[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'brickyard-embedded-'));
});
afterEach(async () => {
  await Promise.all(started.map((server) => server.stop()));
  started = [];
  await rm(dataDir, { recursive: true, force: true });
});

async function start(port?: number): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    dataDir,
    onLog: () => undefined,
    serverSettings: { fsync: 'off' },
    ...(port === undefined ? {} : { port }),
  });
  started.push(server);
  return server;
}

const query = (server: EmbeddedPostgres, text: string): Promise<object[]> =>
  withClient(server.url, 'test', (sql) => sql.query(text));

const refusal = async (): Promise<string> => {
  const error = await start().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DataDirectoryError);
  return (error as DataDirectoryError).message;
};

describe('an embedded Postgres', () => {
  it('keeps its data and its password over a restart', async () => {
    const first = await start();
    await query(first, "create table kept as select 'yes' as answer");
    await first.stop();
    const second = await start();
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 'yes' }]);
  });

  it('is found by another process while it runs, and only then', async () => {
    expect(await runningEmbeddedPostgres(dataDir)).toBeNull();
    const server = await start();
    expect(await runningEmbeddedPostgres(dataDir)).toBe(server.url);
    await server.stop();
    expect(await runningEmbeddedPostgres(dataDir)).toBeNull();
  });

  it('is there again, with its data, after it was killed', async () => {
    const server = await start();
    await query(server, "create table kept as select 'yes' as answer");
    const [pid] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await expect
      .poll(() => query(server, 'select answer from kept').catch(String), { timeout: 20_000 })
      .toEqual([{ answer: 'yes' }]);
  }, 30_000);

  it('listens on the loopback interface only and keeps its password to itself', async () => {
    const server = await start();
    expect(
      await query(
        server,
        "select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories') order by name",
      ),
    ).toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
    const { mode } = await stat(join(dataDir, 'postgres.password'));
    expect((mode & 0o777).toString(8)).toBe('600');
    const wrong = server.url.replace(/:[^:@]+@/, ':wrong@');
    await expect(withClient(wrong, 'test', (sql) => sql.query('select 1'))).rejects.toThrow('password authentication');
  });

  it('refuses a second start on its directory, and goes on itself', async () => {
    const first = await start();
    expect(await refusal()).toContain(`in use by process ${process.pid.toString()}`);
    expect(await query(first, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('replaces a server whose Brickyard has died', async () => {
    const first = await start();
    await query(first, "create table kept as select 'yes' as answer");
    await writeFile(join(dataDir, 'brickyard.pid'), DEAD_PID);
    const second = await start();
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 'yes' }]);
    await expect(query(first, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it.each([
    ['nobody', DEAD_PID],
    ['a process that is no Postgres', process.pid.toString()],
  ])('starts over the lock of a server that has died, when its number belongs to %s', async (_, pid) => {
    const first = await start();
    const lock = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    await first.stop();
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), lock.replace(/^\d+/, pid));
    expect(await query(await start(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('says that a port is taken when it was told which one to use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(start(port)).rejects.toThrow(`port ${port.toString()} is taken`);
    other.close();
  });
});

describe('a data directory that cannot be used', () => {
  it('may not be written to', async () => {
    await chmod(dataDir, 0o555);
    const asRoot = process.geteuid?.() === 0;
    if (asRoot) process.seteuid?.(65_534);
    try {
      expect(await refusal()).toContain('no write permission');
    } finally {
      if (asRoot) process.seteuid?.(0);
    }
  });

  it('is a file', async () => {
    await rm(dataDir, { recursive: true });
    await writeFile(dataDir, 'not a directory');
    expect(await refusal()).toContain('cannot write to the data directory');
  });

  it('belongs to another major version', async () => {
    const server = await start();
    await server.stop();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    expect(await refusal()).toMatch(/is of Postgres 15 and this is Postgres \d+: run pg_upgrade/);
  });

  it('holds other files where the data should be', async () => {
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'notes.txt'), 'mine');
    expect(await refusal()).toContain('broken or not one of Postgres');
  });

  it('has lost a file that Postgres cannot do without', async () => {
    const server = await start();
    await server.stop();
    await rm(join(dataDir, 'postgres', 'global', 'pg_control'));
    expect(await refusal()).toMatch(/does not start on .+ \(.+\): restore it from a backup/);
  });

  it('has lost its password', async () => {
    const server = await start();
    await server.stop();
    await rm(join(dataDir, 'postgres.password'));
    expect(await refusal()).toContain('lost its password file');
  });
});
