import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '#kernel';
import type { Binaries } from './binaries.js';
import { DataDirectoryError } from './data-directory-error.js';
import type { OsUser, ServerAccount } from './os-user.js';

/** The name of the superuser of an embedded server. */
export const SUPERUSER = 'brickyard';

/** A data directory that Postgres can be started on. */
export interface DataDirectory {
  /** What Postgres is given with -D. */
  readonly pgData: string;
  readonly password: string;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Where Postgres keeps its files within the data directory. */
export function pgDataOf(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Makes a directory ready to be started on: creates what is missing, refuses what cannot be used.
 * @param dataDir as `openDataDirectory` gives it
 * @throws DataDirectoryError
 */
export async function prepareDataDirectory(
  dataDir: string,
  binaries: Binaries,
  account: ServerAccount,
): Promise<DataDirectory> {
  if (account.user !== null) await ensureReachable(dataDir, account.user);
  const pgData = pgDataOf(dataDir);
  const state = await inspect(dataDir, pgData, binaries.major);
  const password = await keepPassword(dataDir, state === 'absent');
  if (state === 'absent') await initialise(dataDir, pgData, password, binaries, account);
  return { pgData, password };
}

/**
 * Makes sure that the directory is there and can be written to.
 * @returns its one real path: a running server is recognised by it
 * @throws DataDirectoryError
 */
export async function openDataDirectory(dataDir: string): Promise<string> {
  try {
    // Others must be able to pass through where the server runs as another user; what is inside has its own modes.
    await mkdir(dataDir, { recursive: true, mode: process.geteuid?.() === 0 ? 0o755 : 0o700 });
    // Trying is the only sure way: modes say nothing about read-only and remote file systems.
    await rmdir(await mkdtemp(join(dataDir, '.write-test-')));
    return await realpath(dataDir);
  } catch (error) {
    const why = { EACCES: 'no write permission', EROFS: 'the file system is read-only' }[codeOf(error)];
    throw new DataDirectoryError(
      dataDir,
      `cannot write to the data directory ${dataDir} (${why ?? messageOf(error)}): give BRICKYARD_DATA_DIR a directory that this user may write to`,
    );
  }
}

/** As root the server runs as another user, who must be able to pass through this directory and every one above. */
async function ensureReachable(dataDir: string, user: OsUser): Promise<void> {
  await chmod(dataDir, (await stat(dataDir)).mode | 0o011);
  for (let path = dataDir; ; path = dirname(path)) {
    const { uid, gid, mode } = await stat(path);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      throw new DataDirectoryError(
        dataDir,
        `the user "${user.name}", whom Postgres runs as, cannot enter ${path}: give BRICKYARD_DATA_DIR a directory elsewhere, such as /var/lib/brickyard`,
      );
    }
    if (path === dirname(path)) return;
  }
}

async function inspect(dataDir: string, pgData: string, major: number): Promise<'absent' | 'present'> {
  const entries = await readdir(pgData).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw new DataDirectoryError(dataDir, `cannot read the data directory ${pgData}: ${messageOf(error)}`);
  });
  if (entries === null || entries.length === 0) return 'absent';
  const version = await readFile(join(pgData, 'PG_VERSION'), 'utf8').catch(() => '');
  const found = Number(version.trim());
  if (!Number.isInteger(found) || found === 0 || !entries.includes('global')) {
    throw new DataDirectoryError(
      dataDir,
      `the data directory ${pgData} is broken or not one of Postgres: restore it from a backup, or move it away to start empty`,
    );
  }
  if (found !== major) {
    throw new DataDirectoryError(
      dataDir,
      `the data directory ${pgData} is of Postgres ${found.toString()} and this is Postgres ${major.toString()}: run pg_upgrade on it, or move it away to start empty`,
    );
  }
  return 'present';
}

const passwordFile = (dataDir: string): string => join(dataDir, 'postgres.password');

/** Empty where there is none. */
export async function readPassword(dataDir: string): Promise<string> {
  return (await readFile(passwordFile(dataDir), 'utf8').catch(() => '')).trim();
}

/** The password is made once and kept beside the data, so that a second start finds its way in. */
async function keepPassword(dataDir: string, fresh: boolean): Promise<string> {
  const path = passwordFile(dataDir);
  if (fresh) {
    try {
      await writeFile(path, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  const password = await readPassword(dataDir);
  if (password === '') {
    throw new DataDirectoryError(
      dataDir,
      `the data directory ${dataDir} has lost its password file ${path}: restore it from a backup, or move the directory away to start empty`,
    );
  }
  return password;
}

/** Into a folder of its own first: one that appears under its final name is complete, whenever the process is killed. */
async function initialise(
  dataDir: string,
  pgData: string,
  password: string,
  binaries: Binaries,
  account: ServerAccount,
): Promise<void> {
  const { user } = account;
  const workshop = await mkdtemp(join(dataDir, '.initdb-'));
  try {
    const fresh = join(workshop, 'data');
    const given = join(workshop, 'password');
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(given, password, { mode: 0o600 });
    if (user !== null) {
      for (const path of [workshop, fresh, given]) await chown(path, user.uid, user.gid);
    }
    await runInitdb(binaries.initdb, fresh, given, account);
    await rename(fresh, pgData).catch((error: unknown) => {
      // Another process was faster; its directory is as good, and Postgres lets only one of us start on it.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function runInitdb(
  initdb: string,
  target: string,
  given: string,
  { user, prefix }: ServerAccount,
): Promise<void> {
  const options = [`--pgdata=${target}`, `--username=${SUPERUSER}`, `--pwfile=${given}`, '--auth=scram-sha-256'];
  // The built-in locale is the same on every machine; the operating system's may be missing or sort differently.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    const line = [...prefix, initdb, ...options, ...locale, '--no-sync', '--no-instructions'];
    await promisify(execFile)(line[0] ?? initdb, line.slice(1), {
      env: { ...process.env, LC_ALL: 'C' },
      ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
    });
  } catch (error) {
    const detail = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : messageOf(error);
    throw new DataDirectoryError(dirname(dirname(target)), `cannot set up Postgres: ${detail.replaceAll('\n', ' ')}`);
  }
}
