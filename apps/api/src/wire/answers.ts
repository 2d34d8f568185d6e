import { maskText, writeGoJson } from '#kernel';
import type { FastifyReply } from 'fastify';

const JSON_TYPE = 'application/json; charset=UTF-8';
const HTML_TYPE = 'text/html; charset=utf-8';

type Headers = Readonly<Record<string, string>>;

/** An answer as a value: it can be kept and given again, byte for byte. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  readonly body: string | null;
}

/** JSON as Go writes it; key order is the object's. */
export function jsonAnswer(status: number, body: object): Answer {
  return { status, headers: { 'content-type': JSON_TYPE }, body: writeGoJson(body) };
}

/** Status and headers only. */
export function emptyAnswer(status: number, headers: Headers = {}): Answer {
  return { status, headers, body: null };
}

/** What Go's http.Redirect sends: a link for GET, nothing for the rest. */
function linkAnswer(method: string, status: number, location: string, text: string): Answer {
  if (method !== 'GET') return emptyAnswer(status, { location });
  const href = location.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0).toString()};`);
  return { status, headers: { location, 'content-type': HTML_TYPE }, body: `<a href="${href}">${text}</a>.\n\n` };
}

/** 202: the promise that the operation will reach its end; where to ask for it is a path, never a URL. */
export function acceptedAnswer(method: string, operationId: string): Answer {
  return linkAnswer(method, 202, `/queue/${operationId}`, 'Accepted');
}

export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): void {
  void reply.code(status).headers(headers);
  if (body === null) {
    // Fastify sets it for every method but HEAD.
    if (reply.request.method === 'HEAD') void reply.header('content-length', '0');
    void reply.send();
    // As a buffer: Fastify rewrites the charset of texts.
  } else void reply.send(Buffer.from(body));
}

export function sendJson(reply: FastifyReply, status: number, body: object): void {
  sendAnswer(reply, jsonAnswer(status, body));
}

export function sendEmpty(reply: FastifyReply, status: number, headers: Headers = {}): void {
  sendAnswer(reply, emptyAnswer(status, headers));
}

/** What Go's http.Redirect sends. */
export function sendHtmlLink(reply: FastifyReply, status: number, location: string, text: string): void {
  sendAnswer(reply, linkAnswer(reply.request.method, status, location, text));
}

/** Go's http.Error: the text, without secrets, and one newline. */
export function sendText(reply: FastifyReply, status: number, text: string, headers: Headers = {}): void {
  const plain = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  sendAnswer(reply, { status, headers: { ...headers, ...plain }, body: `${maskText(text)}\n` });
}
