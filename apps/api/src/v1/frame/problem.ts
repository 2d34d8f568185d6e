import type { ErrorKind, Reason } from '#kernel';

/** One wrong part of a request: a parameter's name or a path into the body, and what to send instead. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Kinds of problems: the last part of `type`, its status and its title, which never change for a kind. */
export const problemKinds = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Who is asking is not known' },
  forbidden: { status: 403, title: 'The role of the token does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The request conflicts with what is there' },
  refused: { status: 409, title: 'What was asked for cannot be done' },
  'too-large': { status: 413, title: 'The request is too large' },
  unprocessable: { status: 422, title: 'The request cannot be processed' },
  'too-many-requests': { status: 429, title: 'There is too much to do already' },
  internal: { status: 500, title: 'Something is wrong on our side' },
  'not-implemented': { status: 501, title: 'This is not there yet' },
  unavailable: { status: 503, title: 'This cannot be answered at the moment' },
} as const satisfies Readonly<Record<string, { status: number; title: string }>>;
export type ProblemKind = keyof typeof problemKinds;

/** What each kind of refusal of the domain is on our routes. */
export const kindOfDomainError: Readonly<Record<ErrorKind, ProblemKind>> = {
  invalid: 'invalid-request',
  'not-found': 'not-found',
  conflict: 'conflict',
  refused: 'refused',
  unavailable: 'unavailable',
};

/** Details of a problem as RFC 9457 has them; `requestId` is added when it is sent. */
export interface ProblemDetails {
  readonly kind: ProblemKind;
  /** What is wrong here and what to do about it. Never holds a secret. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly reasons?: readonly Reason[];
  /** Headers of the answer, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal of one of our routes. */
export class Problem extends Error {
  constructor(readonly details: ProblemDetails) {
    super(details.detail);
    this.name = 'Problem';
  }
}

/** 400 for parts of a request, each with its remedy. */
export function invalidRequest(errors: readonly FieldError[]): Problem {
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new Problem({ kind: 'invalid-request', detail, errors });
}

/** 503 for now; the client may come back after so many seconds. */
export function comeBackLater(detail: string, afterSeconds = 1): Problem {
  return new Problem({ kind: 'unavailable', detail, headers: { 'retry-after': afterSeconds.toString() } });
}
