import type { Reason } from '#kernel';

export const PROBLEM_TYPE = 'application/problem+json';

/** Details of a problem as RFC 9457 has them, as /v1 answers with. */
export interface ProblemDetails {
  readonly type?: string;
  readonly status: number;
  readonly title?: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly reasons?: readonly Reason[];
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** The server refused, or could not answer. */
export class RequestProblem extends Error {
  constructor(readonly problem: ProblemDetails) {
    super(problem.detail ?? problem.title ?? `the server answered ${problem.status}`);
    this.name = 'RequestProblem';
  }

  /** Whether it says nothing of what was asked: the server, or something before it, could not look. */
  get isUnanswered(): boolean {
    return this.problem.status >= 500 && this.problem.status !== 501;
  }
}

/** What an answer of 400 or above says, whoever gave it: a proxy, or a server that does not know /v1, answers with a text. */
export async function problemOf(response: Response): Promise<RequestProblem> {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const { status } = response;
  if (type === PROBLEM_TYPE) {
    return new RequestProblem({ ...(JSON.parse(text) as ProblemDetails), status });
  }
  const words = text.trim().slice(0, 300) || response.statusText;
  const requestId = response.headers.get('x-request-id');
  return new RequestProblem({
    status,
    detail: `the server answered ${status}: ${words}`,
    ...(requestId === null ? {} : { requestId }),
  });
}
