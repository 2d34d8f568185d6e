import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '#kernel';

/**
 * A key from a file that nobody else may read.
 * @throws Error where others may, or it cannot be read, or is empty
 */
export async function readKeyFile(path: string): Promise<string> {
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw new Error(`others may read it; chmod 600 ${file}`);
    const key = (await readFile(file, 'utf8')).trim();
    if (key === '') throw new Error('it is empty');
    return key;
  } catch (error) {
    throw new Error(`the key file ${file} is of no use: ${messageOf(error)}`, { cause: error });
  }
}
