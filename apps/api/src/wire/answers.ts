import { writeGoJson } from '#kernel';
import type { FastifyReply } from 'fastify';

const JSON_TYPE = 'application/json; charset=UTF-8';

/** JSON as Go writes it; key order is the object's. */
export function sendJson(reply: FastifyReply, status: number, body: object): void {
  // As a buffer: Fastify rewrites the charset of texts.
  void reply
    .code(status)
    .header('content-type', JSON_TYPE)
    .send(Buffer.from(writeGoJson(body)));
}

/** Status and headers only. */
export function sendEmpty(reply: FastifyReply, status: number, headers: Readonly<Record<string, string>> = {}): void {
  // Fastify sets it for every method but HEAD.
  if (reply.request.method === 'HEAD') void reply.header('content-length', '0');
  void reply.code(status).headers(headers).send();
}

/** 202: the promise that the operation will reach its end; where to ask for it is a path, never a URL. */
export function sendAccepted(reply: FastifyReply, operationId: string): void {
  const location = `/queue/${operationId}`;
  if (reply.request.method === 'GET') sendHtmlLink(reply, 202, location, 'Accepted');
  else sendEmpty(reply, 202, { location });
}

/** What Go's http.Redirect sends: a link for GET, nothing for the rest. */
export function sendHtmlLink(reply: FastifyReply, status: number, location: string, text: string): void {
  if (reply.request.method !== 'GET') {
    sendEmpty(reply, status, { location });
    return;
  }
  const href = location.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0).toString()};`);
  void reply
    .code(status)
    .headers({ location, 'content-type': 'text/html; charset=utf-8' })
    .send(`<a href="${href}">${text}</a>.\n\n`);
}

/** Go's http.Error: the text and one newline. */
export function sendText(
  reply: FastifyReply,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  void reply
    .code(status)
    .headers({ ...headers, 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .send(`${text}\n`);
}
