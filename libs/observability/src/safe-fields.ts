import { isSecretName, MASK, maskText } from '#kernel';

/** Deeper than any line of ours; what refers to itself ends here. */
const MAX_DEPTH = 6;
/** What of an error is text for people or constant. Drivers hang parameters of statements and arguments of commands on theirs. */
const HARMLESS = ['code', 'query', 'table', 'constraint', 'syscall', 'address', 'port'] as const;

/** Fields of a log line without secrets: those that are called like one, and those in texts, at every depth. */
export function safeFields(fields: object): Record<string, unknown> {
  return members(fields, 0);
}

function members(object: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const isSecret = typeof value === 'string' && value !== '' && isSecretName(name);
      return [name, isSecret ? MASK : safe(value, depth + 1)];
    }),
  );
}

function safe(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '…';
  if (value instanceof Error) return safeError(value, depth);
  if (hasOwnJson(value)) return safe(value.toJSON(), depth + 1);
  if (Array.isArray(value)) return value.map((item: unknown) => safe(item, depth + 1));
  return members(value, depth);
}

function hasOwnJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function safeError(error: Error, depth: number): object {
  const fields = error as unknown as Readonly<Record<string, unknown>>;
  const kept = HARMLESS.filter((name) => fields[name] !== undefined).map(
    (name) => [name, safe(fields[name], depth + 1)] as const,
  );
  return {
    type: error.name,
    message: maskText(error.message),
    stack: maskText(error.stack ?? ''),
    ...Object.fromEntries(kept),
    ...(error.cause === undefined ? {} : { cause: safe(error.cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map((each: unknown) => safe(each, depth + 1)) } : {}),
  };
}
