import { StreamVersionConflict } from '#event-store';

/** Connection lost or refused, and what Postgres says when it stops, starts or has no room: classes 08 and 57P, 53300. */
const AWAY_SQLSTATE = /^(08...|57P0.|53300)$/;
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
const CONTENTION_SQLSTATE = new Set(['40001', '40P01', '55P03']);

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
