import { maskText, maskTexts } from '#kernel';
import type { FastifyReply } from 'fastify';
import { type ProblemDetails, problemKinds } from './problem.js';

export const PROBLEM_TYPE = 'application/problem+json';

/** A problem as RFC 9457 has it, without secrets, and the request's id, which the log has too. */
export function problemBody({ kind, detail, errors, reasons }: ProblemDetails, requestId: string) {
  const { status, title } = problemKinds[kind];
  return {
    type: `urn:brickyard:problem:${kind}` as const,
    status,
    title,
    detail: maskText(detail),
    requestId,
    ...(reasons === undefined ? {} : { reasons: maskTexts(reasons) }),
    ...(errors === undefined ? {} : { errors: maskTexts(errors) }),
  };
}

export function sendProblem(reply: FastifyReply, details: ProblemDetails): void {
  const { status } = problemKinds[details.kind];
  const problem = problemBody(details, reply.request.id);
  // As a buffer: Fastify rewrites the content type of texts.
  void reply
    .code(status)
    .headers({ ...details.headers, 'content-type': PROBLEM_TYPE })
    .send(Buffer.from(JSON.stringify(problem)));
}
