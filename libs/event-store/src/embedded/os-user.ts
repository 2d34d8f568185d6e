import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A user that the server runs as. */
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

/** How the server's programs are started so that they do not see themselves as root. */
export interface ServerAccount {
  /** Another user to start them as; null: the one of this process. */
  readonly user: OsUser | null;
  /** A program and arguments to put before theirs. */
  readonly prefix: readonly string[];
}

const asItself: ServerAccount = { user: null, prefix: [] };

/**
 * In a user namespace the process keeps root's files and its own number outside, and only the name it sees for itself is
 * another. So neither a user must be made nor a directory opened to one: a checkout below /root works as it is.
 */
const inNamespaceOptions = ['--user', '--map-user=65534', '--map-group=65534', '--'];
const inNamespace: ServerAccount = { user: null, prefix: ['unshare', ...inNamespaceOptions] };

async function namespaceWorks(): Promise<boolean> {
  return promisify(execFile)('unshare', [...inNamespaceOptions, 'true']).then(
    () => true,
    () => false,
  );
}

/**
 * Postgres refuses to run as root. As root (in a container, mostly) it runs in a user namespace, and where the kernel allows
 * none, as the user `postgres`. A data directory stays with the way it was made.
 * @param pgData the server's directory, which may not be there yet
 */
export async function serverAccount(pgData: string): Promise<ServerAccount> {
  if (process.geteuid?.() !== 0) return asItself;
  const owner = await stat(pgData).then(
    ({ uid }) => uid,
    () => null,
  );
  if ((owner === null || owner === 0) && (await namespaceWorks())) return inNamespace;
  return { user: await postgresUser(), prefix: [] };
}

/** The user `postgres`, made where it is missing. */
async function postgresUser(): Promise<OsUser> {
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
