import { messageOf } from '#kernel';

const remedies: Readonly<
  Record<string, (error: NodeJS.ErrnoException & { port?: number; address?: string }) => string>
> = {
  EADDRINUSE: (e) =>
    `port ${String(e.port)} is taken by another program; stop that one, or choose another port with PORT=<number>`,
  EACCES: (e) => `no permission: ${e.message}`,
  ECONNREFUSED: (e) => `nothing answers at ${e.address ?? 'the address'}:${String(e.port)}; is the server running?`,
};

/**
 * One clear sentence for whatever ended a command. Node's fetch hides the reason in `cause`; errors with a known code get
 * their remedy.
 */
export function explain(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors[0]);
  if (error instanceof Error) {
    const remedy = remedies[(error as NodeJS.ErrnoException).code ?? ''];
    if (remedy !== undefined) return remedy(error);
    if (error.cause instanceof Error) return explain(error.cause);
  }
  return messageOf(error);
}
