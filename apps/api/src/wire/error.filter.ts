import { AuthError, decodedPath, encodedPath } from '#auth';
import { CommitOutcomeUnknown, DatabaseBusy, ForeignInstallation, isDatabaseAway } from '#event-store';
import { DomainError, type ErrorKind, type Logger, messageOf } from '#kernel';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AcceptanceUnknown } from '../changes/changes.js';
import { LOGGER } from '../tokens.js';
import { problemOf } from '../v1/frame/problem-of.js';
import { isUnderV1 } from '../v1/frame/route-match.js';
import { sendProblem } from '../v1/frame/send-problem.js';
import { MethodNotAllowed, TrailingSlash } from './access.guard.js';
import { sendEmpty, sendHtmlLink, sendText } from './answers.js';
import { isTooMuchContention } from './database-errors.js';
import { noteError } from './refused-requests.js';
import { IDEMPOTENCY_KEY } from './idempotency-key.js';
import { WireError } from './wire-error.js';
import type { WireRequest } from './wire-request.js';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  // Heketi: what was understood and cannot be done ("No space", a name in use) is a 500 with a text.
  refused: 500,
  unavailable: 503,
};
const UNKNOWN_OUTCOME =
  'The connection to the database was lost while the change was being committed: it may have been made or not';
const RETRY_LATER = { 'retry-after': '1' };

/** Turns whatever was thrown into an answer: a problem under /v1, else of Heketi's form. Clients never see a stack. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<WireRequest>();
    if (reply.sent) return;
    noteError(request, error);
    if (isUnderV1(decodedPath(request.originalUrl) ?? '')) this.problem(error, request, reply);
    else if (error instanceof WireError) sendText(reply, error.status, error.message, error.headers);
    else if (error instanceof AuthError) sendText(reply, error.status, error.message);
    else if (error instanceof DomainError) sendText(reply, STATUS[error.kind], error.message);
    else if (error instanceof MethodNotAllowed) sendEmpty(reply, 405);
    else if (error instanceof TrailingSlash) this.withoutSlash(request, reply);
    else if (error instanceof CommitOutcomeUnknown) this.outcomeUnknown(error, request, reply);
    else if (isDatabaseAway(error)) this.unavailable(error, request, reply);
    else if (error instanceof ForeignInstallation) sendText(reply, 503, `${error.message} (request ${request.id})`);
    else if (error instanceof DatabaseBusy) {
      sendText(reply, 503, `Too many requests wait for the database (request ${request.id})`, RETRY_LATER);
    } else if (isTooMuchContention(error)) {
      sendText(reply, 503, `Too many changes of the same object at once (request ${request.id})`, RETRY_LATER);
    } else this.unexpected(error, request, reply);
  }

  private problem(error: unknown, request: WireRequest, reply: FastifyReply): void {
    const details = problemOf(error);
    if (details.kind === 'internal') this.logUnexpected(error, request);
    else if (details.kind === 'unavailable') {
      this.logger.warn({ requestId: request.id, reason: messageOf(error) }, 'could not answer for now');
    }
    sendProblem(reply, details);
  }

  private withoutSlash(request: WireRequest, reply: FastifyReply): void {
    const path = encodedPath(request.originalUrl);
    const query = request.originalUrl.slice(path.length);
    sendHtmlLink(reply, 301, `${path.replace(/\/+$/, '')}${query}`, 'Moved Permanently');
  }

  private unavailable(error: unknown, request: WireRequest, reply: FastifyReply): void {
    this.logger.warn({ requestId: request.id, reason: messageOf(error) }, 'the database is away');
    sendText(reply, 503, `The database cannot be reached (request ${request.id})`, RETRY_LATER);
  }

  /** Retry-After under a key only: sent again without a thought, another request might be carried out twice. */
  private outcomeUnknown(error: CommitOutcomeUnknown, request: WireRequest, reply: FastifyReply): void {
    this.logger.warn({ requestId: request.id, reason: messageOf(error.cause) }, 'the outcome of a commit is not known');
    if (request.headers[IDEMPOTENCY_KEY] !== undefined) {
      const text = `${UNKNOWN_OUTCOME}. Send it again under its Idempotency-Key (request ${request.id})`;
      sendText(reply, 503, text, RETRY_LATER);
      return;
    }
    const where =
      error instanceof AcceptanceUnknown ? `whether /queue/${error.operationId} is there` : 'whether it was made';
    sendText(reply, 503, `${UNKNOWN_OUTCOME}. See ${where} before you send it again (request ${request.id})`);
  }

  private unexpected(error: unknown, request: WireRequest, reply: FastifyReply): void {
    const status = statusOf(error);
    if (status >= 400 && status < 500) {
      // Fastify and Nest throw these for requests that never were HTTP; 404 is the router's.
      sendText(reply, status, status === 404 ? 'Invalid path or request' : 'Bad Request');
      return;
    }
    this.logUnexpected(error, request);
    sendText(reply, 500, `Internal server error (request ${request.id})`);
  }

  private logUnexpected(error: unknown, request: WireRequest): void {
    this.logger.error({ requestId: request.id, err: error }, 'request failed unexpectedly');
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return 500;
}
