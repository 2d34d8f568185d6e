/** What a client asked for in the body of a change. */
export type Wish =
  | { readonly kind: 'create'; readonly name: string; readonly sizeGiB: number; readonly clusterId: string }
  | { readonly kind: 'expand'; readonly addGiB: number };

/** The part of an answer's JSON that the rules are about. */
export type Seen =
  | { readonly kind: 'volume'; readonly id: string; readonly name: string; readonly sizeGiB: number }
  | { readonly kind: 'volumes'; readonly ids: readonly string[] }
  | { readonly kind: 'cluster'; readonly id: string; readonly volumeIds: readonly string[] }
  | { readonly kind: 'devices'; readonly devices: readonly DeviceSpace[] };

export interface DeviceSpace {
  readonly id: string;
  readonly totalKiB: number;
  readonly freeKiB: number;
  readonly usedKiB: number;
}

export interface Answer {
  readonly status: number;
  /** Of a body that is not JSON, without its line break. */
  readonly text: string;
  readonly location: string | null;
  /** X-Pending as sent. */
  readonly pending: string | null;
  readonly retryAfter: string | null;
  readonly seen: Seen | null;
}

/** One request and what came back, as its client saw it. Times are ms on the one monotone clock of the history. */
export interface Exchange {
  readonly client: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly wish: Wish | null;
  /** The Idempotency-Key that was sent. */
  readonly key: string | null;
  readonly invokedAt: number;
  readonly returnedAt: number;
  /** Null: the connection was lost, or refused. */
  readonly answer: Answer | null;
}

/** Something that no client should have seen. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

const VOLUME = /^\/volumes\/([0-9a-f]+)(\/expand)?$/;
const QUEUE = /^\/queue\/([0-9a-f]+)$/;

/** The volume that a path is about, null for any other path. */
export function volumeIdOf(path: string): string | null {
  return VOLUME.exec(path)?.[1] ?? null;
}

/** The operation that a path or Location is about, null for any other path. */
export function operationIdOf(path: string | null): string | null {
  return path === null ? null : (QUEUE.exec(path)?.[1] ?? null);
}

/** The API's words where the database was lost in the middle of a commit; all its other 503s say that nothing was changed. */
export const OUTCOME_UNKNOWN =
  /^The connection to the database was lost while the change was being committed: it may have been made or not\. (?:See whether \/queue\/([0-9a-f]+) is there before you send it again|Send it again under its Idempotency-Key) \(request \S+\)$/;

/** Whether the client cannot tell from what came back if the server has taken the request. */
export function isUnknown({ answer }: Exchange): boolean {
  return answer === null || [502, 504].includes(answer.status) || OUTCOME_UNKNOWN.test(answer.text);
}

/** Whether it was turned away for now, and may be sent again: the API or the proxy could not serve it. */
export function isUnavailable(exchange: Exchange): boolean {
  return exchange.answer?.status === 503 && !isUnknown(exchange);
}

/** Where an answer says that the outcome may be found, null where it does not. */
export function operationToAsk(answer: Answer | null): string | null {
  return OUTCOME_UNKNOWN.exec(answer?.text ?? '')?.[1] ?? null;
}

/** Whether an answer to a poll says that the operation has ended. */
export function isEnd({ status }: Answer): boolean {
  return status === 303 || status === 204 || status === 500;
}

/** For people: who asked what, when, and what came of it. */
export function describeExchange({ client, method, path, invokedAt, returnedAt, answer }: Exchange): string {
  const when = `${invokedAt.toFixed(0)}-${returnedAt.toFixed(0)} ms`;
  const what = answer === null ? 'connection lost' : [answer.status, answer.location, answer.text].join(' ').trim();
  return `${when} ${client} ${method} ${path}: ${what}`;
}
