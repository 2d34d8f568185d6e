import type { FastifyReply } from 'fastify';
import { type ProblemDetails, problemKinds } from './problem.js';

/** Answers with a problem: RFC 9457, and the request's id, which the log has too. */
export function sendProblem(reply: FastifyReply, { kind, detail, errors, reasons, headers }: ProblemDetails): void {
  const { status, title } = problemKinds[kind];
  const problem = {
    type: `urn:brickyard:problem:${kind}`,
    status,
    title,
    detail,
    requestId: reply.request.id,
    ...(reasons === undefined ? {} : { reasons }),
    ...(errors === undefined ? {} : { errors }),
  };
  // As a buffer: Fastify rewrites the content type of texts.
  void reply
    .code(status)
    .headers({ ...headers, 'content-type': 'application/problem+json' })
    .send(Buffer.from(JSON.stringify(problem)));
}
