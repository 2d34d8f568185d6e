import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type TokenIssuer, signToken } from './token.js';

/** Where requests go, and in whose name. */
export interface Connection {
  readonly baseUrl: string;
  readonly issuer: TokenIssuer;
  readonly key: string;
  /** Recorded as the actor of what is changed; absent: the issuer's name is. */
  readonly actor?: string;
}

export interface Sent {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query, if any; percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The server says: come back later. Without Retry-After nobody knows whether that helps. */
const LATER = new Set([429, 503]);
const MOST_TRIES = 5;
const LONGEST_WAIT_MS = 30_000;

/**
 * Sends a request with a token of its own, and again where the server asks for that. A change carries an Idempotency-Key that stays
 * the same from try to try: it is carried out once.
 */
export async function send({ baseUrl, issuer, key, actor }: Connection, sent: Sent): Promise<Response> {
  const { method, path, body, headers = {}, signal } = sent;
  const url = new URL(path, baseUrl);
  const once = method === 'GET' ? {} : { 'idempotency-key': randomUUID() };
  for (let attempt = 1; ; attempt += 1) {
    // The query is not part of what is signed.
    const claims = {
      issuer,
      key,
      method,
      path: decodeURIComponent(url.pathname),
      ...(actor === undefined ? {} : { actor }),
    };
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { ...once, ...headers, authorization: `Bearer ${signToken(claims)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const waitMs = laterMs(response);
    if (waitMs === null || attempt === MOST_TRIES) return response;
    await response.body?.cancel();
    await delay(waitMs, undefined, signal === undefined ? {} : { signal });
  }
}

/** How long the server wants to be left alone before the next try; null where there is no point in one. */
function laterMs({ status, headers }: Response): number | null {
  const after = headers.get('retry-after') ?? '';
  if (!LATER.has(status) || !/^\d{1,6}$/.test(after)) return null;
  const waitMs = Number(after) * 1000;
  return waitMs > LONGEST_WAIT_MS ? null : waitMs;
}
