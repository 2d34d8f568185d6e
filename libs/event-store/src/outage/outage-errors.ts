/** Postgres does not answer. Nothing was changed by what failed with this; it may be sent again. */
export class DatabaseAway extends Error {
  constructor(readonly reason: string) {
    super(`the database is away: ${reason}`);
    this.name = 'DatabaseAway';
  }
}

/** Postgres answers, but so many wait for it that this one was turned away before it began. */
export class DatabaseBusy extends Error {
  constructor() {
    super('too many requests wait for the database');
    this.name = 'DatabaseBusy';
  }
}

/** The connection broke while a COMMIT was on its way: the transaction may have been committed or not. */
export class CommitOutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('the connection to the database was lost during a commit: whether it took place is not known', { cause });
    this.name = 'CommitOutcomeUnknown';
  }
}

/** Connection lost; Postgres stops, starts or has crashed (57P). */
const GONE_SQLSTATE = /^(08...|57P0.)$/;
const GONE_SYSCALL = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);
/** Errors of the driver that carry no code. */
const GONE_MESSAGE =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Connection ended|Query read timeout)/;
/** The server answers and cannot serve: no connection free (53300), a standby (25006). */
const USELESS_SQLSTATE = new Set(['53300', '25006']);

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether an error says that the server or the connection to it is gone, and not that the server refuses. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return GONE_SQLSTATE.test(code) || GONE_SYSCALL.has(code) || GONE_MESSAGE.test(error.message);
}

/** Whether something failed because Postgres could not be used, and may be tried again. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DatabaseAway || isConnectionLost(error)) return true;
  return error instanceof Error && USELESS_SQLSTATE.has(codeOf(error));
}
