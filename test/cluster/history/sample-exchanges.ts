import type { Answer, Exchange, Seen, Wish } from './exchange.js';

type Times = readonly [invokedAt: number, returnedAt: number];

const plain: Answer = { status: 200, text: '', location: null, pending: null, retryAfter: null, seen: null };

function exchange(
  [invokedAt, returnedAt]: Times,
  request: Pick<Exchange, 'method' | 'path'> & { readonly wish?: Wish; readonly key?: string },
  answer: Partial<Answer> | null,
): Exchange {
  const { method, path, wish = null, key = null } = request;
  const full = answer === null ? null : { ...plain, ...answer };
  return { client: 'c1', method, path, wish, key, invokedAt, returnedAt, answer: full };
}

const clusterId = 'c0';
const refusal = (text: string): Partial<Answer> => ({ status: text === 'Id not found' ? 404 : 500, text });
const begun = (operationId: string): Partial<Answer> => ({ status: 202, location: `/queue/${operationId}` });

/** Exchanges of one cluster for tests, each in a line. An answer of null is a lost connection. */
export const sample = {
  create: (times: Times, name: string, operationId: string | null, options: { size?: number; key?: string } = {}) => {
    const { size: sizeGiB = 1, ...key } = options;
    const wish: Wish = { kind: 'create', name, sizeGiB, clusterId };
    const answer = operationId === null ? null : begun(operationId);
    return exchange(times, { method: 'POST', path: '/volumes', wish, ...key }, answer);
  },
  createRefused: (times: Times, name: string, text: string) =>
    exchange(
      times,
      { method: 'POST', path: '/volumes', wish: { kind: 'create', name, sizeGiB: 1, clusterId } },
      refusal(text),
    ),
  /** The API's own 503s: `unsure` names the operation that it may have accepted. */
  createUnserved: (times: Times, name: string, unsure: string | null) => {
    const lost =
      'The connection to the database was lost while the change was being committed: it may have been made or not';
    const text =
      unsure === null
        ? 'The database cannot be reached (request r1)'
        : `${lost}. See whether /queue/${unsure} is there before you send it again (request r1)`;
    return { ...sample.createRefused(times, name, text), answer: { ...plain, status: 503, text } };
  },
  expand: (times: Times, id: string, addGiB: number, operationId: string | null) =>
    exchange(
      times,
      { method: 'POST', path: `/volumes/${id}/expand`, wish: { kind: 'expand', addGiB } },
      operationId === null ? null : begun(operationId),
    ),
  remove: (times: Times, id: string, operationId: string | null) =>
    exchange(times, { method: 'DELETE', path: `/volumes/${id}` }, operationId === null ? null : begun(operationId)),
  removeRefused: (times: Times, id: string, text: string) =>
    exchange(times, { method: 'DELETE', path: `/volumes/${id}` }, refusal(text)),
  pending: (times: Times, operationId: string) =>
    exchange(times, { method: 'GET', path: `/queue/${operationId}` }, { pending: 'true' }),
  ended: (times: Times, operationId: string, answer: Partial<Answer>) =>
    exchange(times, { method: 'GET', path: `/queue/${operationId}` }, answer),
  made: (times: Times, operationId: string, volumeId: string) =>
    sample.ended(times, operationId, { status: 303, location: `/volumes/${volumeId}` }),
  gone: (times: Times, operationId: string) => sample.ended(times, operationId, { status: 204 }),
  failed: (times: Times, operationId: string) =>
    sample.ended(times, operationId, { status: 500, text: 'node says no' }),
  read: (times: Times, name: string, id: string, sizeGiB: number) =>
    sample.get(times, `/volumes/${id}`, { seen: { kind: 'volume', id, name, sizeGiB } }),
  missed: (times: Times, id: string) => sample.get(times, `/volumes/${id}`, refusal('Id not found')),
  missedOperation: (times: Times, operationId: string) =>
    sample.get(times, `/queue/${operationId}`, refusal('Id not found')),
  list: (times: Times, ...ids: string[]) => sample.get(times, '/volumes', { seen: { kind: 'volumes', ids } }),
  cluster: (times: Times, ...volumeIds: string[]) =>
    sample.get(times, `/clusters/${clusterId}`, { seen: { kind: 'cluster', id: clusterId, volumeIds } }),
  devices: (times: Times, seen: Extract<Seen, { kind: 'devices' }>) => sample.get(times, '/nodes/a1', { seen }),
  get: (times: Times, path: string, answer: Partial<Answer> | null) => exchange(times, { method: 'GET', path }, answer),
};
