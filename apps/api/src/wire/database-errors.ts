import { StreamVersionConflict } from '#event-store';

/** Connection lost or refused; Postgres stops, starts (57P), has no room (53300) or is a standby (25006). */
const AWAY_SQLSTATE = /^(08...|57P0.|53300|25006)$/;
const AWAY_SYSCALL = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);
/** Errors of the driver that carry no code. */
const AWAY_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Connection ended)/;
/** Serialization, deadlock, lock not available; statement, idle and transaction timeouts: somebody else was in the way. */
const CONTENTION_SQLSTATE = new Set(['40001', '40P01', '55P03', '57014', '25P03', '25P04']);

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether a request failed because Postgres could not be reached, and may be sent again. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return AWAY_SQLSTATE.test(code) || AWAY_SYSCALL.has(code) || AWAY_MESSAGE.test(error.message);
}

/** Whether a change lost every race of its retries. */
export function isTooMuchContention(error: unknown): boolean {
  return error instanceof StreamVersionConflict || (error instanceof Error && CONTENTION_SQLSTATE.has(codeOf(error)));
}
