import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DataDirectoryError, inUse } from './data-directory-error.js';

const ownerFile = (dataDir: string): string => join(dataDir, 'brickyard.pid');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function readPid(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

/** Of postmaster.pid: process, directory, start time, port. */
const PORT_LINE = 3;

/** The command line of a process; numbers are given out again, so being alive proves nothing. */
async function commandLine(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid.toString()}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    const listed = await promisify(execFile)('ps', ['-p', pid.toString(), '-o', 'command=']).catch(() => null);
    return listed?.stdout ?? '';
  }
}

/**
 * Clears the way for a start: a server whose Brickyard has died is stopped, the lock of one that has died is removed.
 * @throws DataDirectoryError where the directory is in use
 */
export async function clearTheWay(dataDir: string, pgData: string): Promise<void> {
  const lock = join(pgData, 'postmaster.pid');
  const server = await readPid(lock);
  if (server === null) return;
  const command = isAlive(server) ? await commandLine(server) : '';
  if (!command.includes('postgres')) {
    // Postgres itself is more careful: it refuses where any process of the same user has that number now.
    await rm(lock, { force: true });
    return;
  }
  // A server on another directory: whether the lock still means anything is for Postgres to say.
  if (!command.includes(pgData)) return;
  const owner = await readPid(ownerFile(dataDir));
  if (owner !== null && isAlive(owner)) {
    throw inUse(dataDir, `process ${owner.toString()}`);
  }
  process.kill(server, 'SIGINT');
  await untilGone(dataDir, server);
}

/**
 * The port of the server that another process of Brickyard looks after on this directory; null where there is none.
 */
export async function portOfRunningServer(dataDir: string, pgData: string): Promise<number | null> {
  const lock = join(pgData, 'postmaster.pid');
  const [server, owner] = await Promise.all([readPid(lock), readPid(ownerFile(dataDir))]);
  if (server === null || owner === null || !isAlive(server) || !isAlive(owner)) return null;
  if (!(await commandLine(server)).includes(pgData)) return null;
  const port = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[PORT_LINE]);
  return Number.isInteger(port) && port > 0 ? port : null;
}

async function untilGone(dataDir: string, pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      throw new DataDirectoryError(
        dataDir,
        `the Postgres server left over on ${dataDir} does not stop: end process ${pid.toString()}`,
      );
    }
    await delay(20);
  }
}

/** Writes down that this process looks after the server of this directory. */
export async function claimOwnership(dataDir: string): Promise<void> {
  await writeFile(ownerFile(dataDir), `${process.pid.toString()}\n`);
}

/** Whether this process still looks after it: another one may have taken the directory over. */
export async function isOwner(dataDir: string): Promise<boolean> {
  return (await readPid(ownerFile(dataDir))) === process.pid;
}
