import type { RefusalRecorder, RefusalStage } from '#audit';
import { AuthError, claimedIssuer, encodedPath } from '#auth';
import { type Clock, DomainError, type Reason } from '#kernel';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../v1/frame/problem.js';
import { PROBLEM_TYPE } from '../v1/frame/send-problem.js';
import { type WireRequest, attributionOf } from './wire-request.js';

/** What became known of a refusal on its way, by the request. */
interface Noted {
  text?: string;
  reasons?: readonly Reason[];
  isAtDoor?: boolean;
}
const noted = new WeakMap<object, Noted>();

function note(request: { readonly raw: object }, more: Noted): void {
  noted.set(request.raw, { ...noted.get(request.raw), ...more });
}

/** Nobody vouches for whoever was turned away without a valid token. */
const STRANGER = { actor: 'unknown', issuer: 'none' };
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Heketi's one change that is asked for with GET. */
const RESYNC = /^\/devices\/[^/]+\/resync$/;

/** Keeps what only the error tells of a refusal. */
export function noteError(request: WireRequest, error: unknown): void {
  if (error instanceof AuthError) note(request, { isAtDoor: true });
  else if (error instanceof DomainError) note(request, { reasons: error.reasons });
  else if (error instanceof Problem && error.details.reasons !== undefined) {
    note(request, { reasons: error.details.reasons });
  }
}

/** What of a request is to be recorded; null for one that went well, and for a question that found nothing. */
function stageOf(method: string, path: string, status: number, isAtDoor: boolean): RefusalStage | null {
  if (isAtDoor || status === 401 || status === 403) return 'door';
  return status >= 400 && (!READS.has(method) || RESYNC.test(path)) ? 'change' : null;
}

/** What a client was told, of an answer of Heketi's form or of a problem. */
function textOf(contentType: unknown, payload: unknown): string {
  if (!Buffer.isBuffer(payload) && typeof payload !== 'string') return '';
  const text = payload.toString();
  return contentType === PROBLEM_TYPE ? (JSON.parse(text) as { detail: string }).detail : text;
}

/** Has every refused request recorded, when it has been answered. */
export function recordRefusedRequests(
  fastify: FastifyInstance,
  { refusals, clock }: { readonly refusals: Pick<RefusalRecorder, 'record'>; readonly clock: Clock },
): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode >= 400) note(request, { text: textOf(reply.getHeader('content-type'), payload) });
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { text = '', reasons = [], isAtDoor = false } = noted.get(request.raw) ?? {};
    const { method } = request;
    const path = encodedPath(request.originalUrl);
    const stage = stageOf(method, path, reply.statusCode, isAtDoor);
    if (stage !== null) {
      const isKnown = (request as WireRequest).user !== undefined;
      refusals.record({
        at: clock.now(),
        stage,
        attribution: { ...attributionOf(request), ...(isKnown ? {} : STRANGER) },
        method,
        path,
        status: reply.statusCode,
        text,
        reasons,
        claimedIssuer: isKnown ? null : claimedIssuer(request.headers.authorization),
      });
    }
    done();
  });
}
