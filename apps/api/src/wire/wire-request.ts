import type { IncomingHttpHeaders } from 'node:http';
import { type Principal, anybody } from '#auth';
import { type Attribution, maskText, newId } from '#kernel';
import type { FastifyRequest } from 'fastify';

/** What travels with a request besides Fastify's own fields. */
export interface WireRequest extends FastifyRequest {
  /** Set by the guard. */
  readonly user?: Principal;
}

const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/;
const MAX_USER_AGENT_LENGTH = 256;

/** The client's own request id where it is sane, else a new one. It names the request in logs and events, nothing more. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) && maskText(sent) === sent ? sent : newId();
}

export function principalOf(request: WireRequest): Principal {
  return request.user ?? anybody;
}

/** Who asks, for the events that follow. */
export function attributionOf(request: WireRequest): Attribution {
  const { issuer, actor } = principalOf(request);
  const agent = request.headers['user-agent'];
  return {
    actor,
    issuer,
    requestId: request.id,
    sourceAddress: request.ip,
    userAgent: agent === undefined ? null : maskText(agent).slice(0, MAX_USER_AGENT_LENGTH),
    correlationId: request.id,
    causationId: null,
  };
}
