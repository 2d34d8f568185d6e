import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What this process has in use once everything that nobody holds is gone. */
export function heapInUse(): string {
  collect();
  return mebibytes(process.memoryUsage().heapUsed);
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`;
}
