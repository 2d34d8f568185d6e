/** What kind of refusal an error is; the HTTP edge maps it to a status. */
export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'refused' | 'unavailable';

/** Names, counts and sizes, the unit in the name: `{ deviceId, neededKiB }`. */
export type ReasonValues = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * One line of a reason tree: what was ruled out, by which rule, and what was below it. A line whose rule is `remedy` says what
 * would help.
 */
export interface Reason {
  readonly rule: string;
  /** For people. */
  readonly detail: string;
  /** What `detail` says, for programs. */
  readonly values?: ReasonValues;
  readonly because?: readonly Reason[];
}

/**
 * A refusal with a text for people. `message` is the wire text that Heketi's clients know; `reasons` says why in a form
 * that can be walked. Never carries secrets: it reaches the client, the log and the event.
 */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly reasons: readonly Reason[] = [],
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Marks code that the type checker has shown to be unreachable. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
