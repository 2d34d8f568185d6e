import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a program of this name is on the PATH. */
export function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, name)));
}
