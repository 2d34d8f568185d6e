import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The user that the server runs as; null: the same as this process. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'postgres';

async function lookUp(): Promise<OsUser | null> {
  const accounts = await readFile('/etc/passwd', 'utf8');
  const fields = accounts
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === NAME);
  return fields === undefined ? null : { name: NAME, uid: Number(fields[2]), gid: Number(fields[3]) };
}

/**
 * Postgres refuses to run as root. As root (in a container, mostly) the server gets the user `postgres`, which is made
 * where it is missing.
 */
export async function serverUser(): Promise<OsUser | null> {
  if (process.geteuid?.() !== 0) return null;
  const there = await lookUp();
  if (there !== null) return there;
  try {
    await promisify(execFile)('useradd', ['--system', '--user-group', '--no-create-home', NAME]);
  } catch (error) {
    throw new Error(
      'Postgres does not run as root and no user "postgres" could be made: start Brickyard as another user, or set DATABASE_URL',
      { cause: error },
    );
  }
  const made = await lookUp();
  if (made === null) throw new Error('the user "postgres" was made but is not in /etc/passwd');
  return made;
}
