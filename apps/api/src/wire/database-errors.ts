import { StreamVersionConflict } from '#event-store';

/** Serialization, deadlock, lock not available; statement, idle and transaction timeouts: somebody else was in the way. */
const CONTENTION_SQLSTATE = new Set(['40001', '40P01', '55P03', '57014', '25P03', '25P04']);

/** Whether a change lost every race of its retries. */
export function isTooMuchContention(error: unknown): boolean {
  if (error instanceof StreamVersionConflict) return true;
  return error instanceof Error && 'code' in error && CONTENTION_SQLSTATE.has(String(error.code));
}
