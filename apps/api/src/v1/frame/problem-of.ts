import { AuthError } from '#auth';
import { CommitOutcomeUnknown, DatabaseBusy, ForeignInstallation, isDatabaseAway } from '#event-store';
import { DomainError } from '#kernel';
import { HttpException } from '@nestjs/common';
import { isTooMuchContention } from '../../wire/database-errors.js';
import { WireError } from '../../wire/wire-error.js';
import { Problem, type ProblemDetails, type ProblemKind, kindOfDomainError, problemKinds } from './problem.js';

const RETRY_LATER = { 'retry-after': '1' };
const BEARER = { 'www-authenticate': 'Bearer realm="brickyard"' };

function kindOfStatus(status: number): ProblemKind {
  const kinds = Object.keys(problemKinds) as ProblemKind[];
  return kinds.find((kind) => problemKinds[kind].status === status) ?? (status < 500 ? 'invalid-request' : 'internal');
}

/** What an error means on our routes, whoever threw it. An error of our own making says nothing of itself. */
export function problemOf(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error.details;
  if (error instanceof AuthError) {
    return { kind: kindOfStatus(error.status), detail: error.message, headers: error.status === 401 ? BEARER : {} };
  }
  if (error instanceof DomainError) {
    const { kind, message: detail, reasons } = error;
    return { kind: kindOfDomainError[kind], detail, ...(reasons.length === 0 ? {} : { reasons }) };
  }
  if (error instanceof WireError) {
    return { kind: kindOfStatus(error.status), detail: error.message, headers: error.headers };
  }
  return (
    ofDatabase(error) ?? ofFramework(error) ?? { kind: 'internal', detail: 'The log has more under the request id' }
  );
}

function ofDatabase(error: unknown): ProblemDetails | null {
  const unavailable = (detail: string, headers: Readonly<Record<string, string>> = RETRY_LATER): ProblemDetails => ({
    kind: 'unavailable',
    detail,
    headers,
  });
  // It may have been done: whoever sends it again must look first, so there is no time to come back after.
  if (error instanceof CommitOutcomeUnknown) {
    return unavailable(
      'The connection to the database was lost while the change was being committed: look whether it was made before you send it again',
      {},
    );
  }
  if (isDatabaseAway(error)) return unavailable('The database cannot be reached');
  if (error instanceof ForeignInstallation) return unavailable(error.message, {});
  if (error instanceof DatabaseBusy) return unavailable('Too many requests wait for the database');
  if (isTooMuchContention(error)) return unavailable('Too many changes of the same object at once');
  return null;
}

/** Fastify and Nest throw these for requests that never were HTTP. */
function ofFramework(error: unknown): ProblemDetails | null {
  const status = statusOf(error);
  if (status === null || status < 400 || status >= 500) return null;
  return { kind: kindOfStatus(status), detail: 'The request is not one that can be read: check its path and headers' };
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return null;
}
