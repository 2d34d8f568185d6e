import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { decodedPath, encodedPath } from '#auth';
import { safePath } from '#audit';
import type { Logger } from '#kernel';
import type { Telemetry } from '#observability';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Drain } from '../drain/drain.js';
import { isUnderV1, routerPath } from '../v1/frame/route-match.js';
import { sendProblem } from '../v1/frame/send-problem.js';
import { v1Table } from '../v1/routes.js';
import { sendEmpty, sendText } from './answers.js';
import { cleanPath } from './clean-path.js';
import { routes } from './route-table.js';
import { UNMATCHED } from './unmatched.controller.js';
import { type WireRequest, principalOf, requestIdOf } from './wire-request.js';

/** As long as a header may be: ids of any length are ids, and lead to "Id not found". */
const MAX_PARAM_LENGTH = 16_384;

/** How long a client may take to send a request. */
const REQUEST_TIMEOUT_MS = 60_000;

const BAD_REQUEST =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: 12\r\n\r\nBad Request\n';

/**
 * An empty last segment would match `{id}`, and Nest answers for empty ids before any guard is asked. The request is given
 * a path that nothing matches; everything of ours looks at its original one.
 */
function withoutEmptyId(url: string): string {
  return encodedPath(url).endsWith('/') ? '/trailing-slash' : url;
}

function isTabled(method: string | readonly string[], url: string): boolean {
  const isHeketis = routes.some(
    (route) => route.method === method && route.path === url.replace(':id', '{id}') && route.built,
  );
  return isHeketis || v1Table.has(method, url);
}

/** The path of the tables behind the router's name of a route. */
function labelOf(url: string | undefined): string {
  if (url === undefined || url === UNMATCHED) return 'unmatched';
  return v1Table.pathOf(url) ?? url.replace(':id', '{id}');
}

/** What was promised: leads from a request's line to the worker's. */
function operationOf(reply: FastifyReply): string | undefined {
  return reply.getHeader('location')?.toString().replace('/queue/', '');
}

/** Fastify, made to answer as Heketi's routers do before anything of ours is asked. */
export function fastifyServer({
  logger,
  telemetry,
  drain,
}: {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly drain: Drain;
}): FastifyAdapter {
  const adapter = new FastifyAdapter({
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers),
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What is under way when the server stops is answered; the connection ends after it.
    return503OnClosing: false,
    // Heketi answers HEAD with 405.
    exposeHeadRoutes: false,
    rewriteUrl: ({ url = '/' }: IncomingMessage) => withoutEmptyId(url),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      if (!isUnderV1(encodedPath(request.originalUrl))) sendText(reply, 400, 'Bad Request');
      else sendProblem(reply, { kind: 'invalid-request', detail: 'The path cannot be decoded: check its % escapes' });
    },
    clientErrorHandler: (_error: Error, socket: Socket) => {
      if (socket.writable) socket.end(BAD_REQUEST);
      else socket.destroy();
    },
  });
  const fastify = adapter.getInstance();
  // Content-Type means nothing here, and bodies are read by the routes that want one, after the guards.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const handled = new Set<string>();
  fastify.addHook('onRoute', ({ method, url }) => {
    if (url !== UNMATCHED && !isTabled(method, url)) {
      throw new Error(`${method.toString()} ${url} is not in the route table: nobody has said who may use it`);
    }
    handled.add(`${method.toString()} ${url}`);
  });
  fastify.addHook('onReady', (done) => {
    const missing = v1Table.routes.find(({ method, path }) => !handled.has(`${method} ${routerPath(path)}`));
    done(
      missing === undefined ? undefined : new Error(`${missing.method} ${missing.path} is declared and has no handler`),
    );
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    delete request.raw.headers['content-type'];
    const path = decodedPath(request.originalUrl);
    const clean = path === null ? null : cleanPath(path);
    if (path === null || clean === null || clean === path || !path.startsWith('/')) {
      done();
      return;
    }
    const location = encodeURI(clean) + request.originalUrl.slice(encodedPath(request.originalUrl).length);
    sendEmpty(reply, 301, { location });
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (drain.begun) reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime: durationMs } = reply;
    const label = labelOf(request.routeOptions.url);
    telemetry.httpRequest({ method: request.method, route: label, status }, durationMs / 1000);
    const { actor, issuer } = principalOf(request);
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        path: safePath(encodedPath(request.originalUrl)),
        route: label,
        status,
        durationMs: Math.round(durationMs * 10) / 10,
        // Of a request that was turned away nobody knows who sent it.
        ...((request as WireRequest).user === undefined ? {} : { actor, issuer }),
        ...(status === 202 ? { operationId: operationOf(reply) } : {}),
        sourceAddress: request.ip,
      },
      'request',
    );
    done();
  });
  return adapter;
}
