import { setTimeout as delay } from 'node:timers/promises';
import { StreamVersionConflict } from '#event-store';

const RETRIES = 3;
const FIRST_DELAY_MS = 10;

/** serialization_failure and deadlock_detected: Postgres says itself that the transaction is undone and may be repeated. */
const REPEATABLE_CODES: readonly unknown[] = ['40001', '40P01'];
const UNIQUE_VIOLATION = '23505';

/**
 * Whether a transaction certainly left nothing behind and may end better when it is done again on the newest state. A lost
 * connection is not among them: nobody knows then whether the commit took place.
 */
export function mayBeRepeated(error: unknown): boolean {
  if (error instanceof StreamVersionConflict) return true;
  if (!(error instanceof Error) || !('code' in error)) return false;
  if (REPEATABLE_CODES.includes(error.code)) return true;
  // Somebody else took a volume or host name first: the next decision sees it and can say so.
  return error.code === UNIQUE_VIOLATION && 'schema' in error && error.schema === 'read_model';
}

/** Runs `work` again, at most three times, while its failures may be repeated; waits a little longer each time. */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await work();
    } catch (error) {
      if (retry === RETRIES || !mayBeRepeated(error)) throw error;
      // Jitter keeps the same writers from meeting again.
      await delay(FIRST_DELAY_MS * 2 ** retry * (0.5 + Math.random()));
    }
  }
}
