import { maskText, messageOf } from '#kernel';

type CodedError = NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string };
type Remedy = (error: CodedError) => string;

const unknownHost: Remedy = (e) =>
  `the host name ${e.hostname ?? ''} cannot be resolved; check the address that was given (HOST, DATABASE_URL, --server)`;
const refusedByPostgres: Remedy = (e) => `Postgres refuses: ${e.message}; check DATABASE_URL and its user's rights`;

const remedies: Readonly<Record<string, Remedy>> = {
  EADDRINUSE: (e) =>
    `port ${String(e.port)} is taken by another program; stop that one, or choose another port with PORT=<number>`,
  EACCES: (e) => `no permission: ${e.message}`,
  ECONNREFUSED: (e) => `nothing answers at ${e.address ?? 'the address'}:${String(e.port)}; is the server running?`,
  EADDRNOTAVAIL: (e) => `${e.address ?? 'the address'} is not an address of this machine; check HOST`,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  // Wrong password, no such user, no such database, no rights.
  '28P01': refusedByPostgres,
  '28000': refusedByPostgres,
  '3D000': refusedByPostgres,
  '42501': refusedByPostgres,
};

/**
 * One clear sentence for whatever ended a command. Node's fetch hides the reason in `cause`; errors with a known code get
 * their remedy. Secrets are masked: the address that cannot be reached may hold a password.
 */
export function explain(error: unknown): string {
  return maskText(explained(error));
}

function explained(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return explained(error.errors[0]);
  if (error instanceof Error) {
    const remedy = remedies[(error as NodeJS.ErrnoException).code ?? ''];
    if (remedy !== undefined) return remedy(error);
    if (error.cause instanceof Error) return withCause(error.message, error.cause);
  }
  return messageOf(error);
}

/** Whoever wraps an error says what it meant to him; fetch's own words say nothing. */
function withCause(message: string, cause: Error): string {
  if (message === 'fetch failed' || message === 'terminated') return explained(cause);
  return message.includes(messageOf(cause)) ? message : `${message}: ${explained(cause)}`;
}
