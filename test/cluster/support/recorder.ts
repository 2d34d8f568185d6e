import { ask, type HttpAnswer } from '#test/http-client';
import { z } from 'zod';
import type { Answer, Exchange, Seen, Wish } from '../history/exchange.js';

const volumeSchema = z.object({ id: z.string(), name: z.string(), size: z.number() });
const volumesSchema = z.object({ volumes: z.array(z.string()) });
const clusterSchema = z.object({ id: z.string(), volumes: z.array(z.string()) });
const storageSchema = z.object({ total: z.number(), free: z.number(), used: z.number() });
const nodeSchema = z.object({ devices: z.array(z.object({ id: z.string(), storage: storageSchema })) });

/** What is asked for, without its token. */
export interface Question {
  readonly client: string;
  readonly method: Exchange['method'];
  readonly path: string;
  readonly wish?: Wish;
  readonly body?: unknown;
  readonly key?: string | null;
}

export interface Told {
  readonly exchange: Exchange;
  /** Parsed, null for any other body. */
  readonly json: unknown;
}

/** Sends requests and keeps what was said: the one record of a run. */
export class Recorder {
  readonly exchanges: Exchange[] = [];
  #accepted = 0;

  constructor(private readonly base: string) {}

  /** How many changes have got their 202. */
  get accepted(): number {
    return this.#accepted;
  }

  /** One request. A connection that is lost is an outcome like any other. */
  async ask({ client, method, path, wish, body, key = null }: Question): Promise<Told> {
    const invokedAt = performance.now();
    const headers = key === null ? {} : { 'idempotency-key': key };
    const received = await ask(this.base, method, path, { headers, ...(body === undefined ? {} : { body }) }).catch(
      asLost,
    );
    const returnedAt = performance.now();
    const json = received === null ? null : jsonOf(received);
    const answer = received === null ? null : answerOf(received, path, json);
    const exchange = { client, method, path, wish: wish ?? null, key, invokedAt, returnedAt, answer };
    this.exchanges.push(exchange);
    if (answer?.status === 202) this.#accepted += 1;
    return { exchange, json };
  }
}

function asLost(error: unknown): null {
  // Whatever a socket can suffer has a code; a fault of the test has none.
  if (error instanceof Error && 'code' in error) return null;
  throw error;
}

const header = (value: string | string[] | undefined): string | null => (typeof value === 'string' ? value : null);

function jsonOf({ headers, body }: HttpAnswer): unknown {
  return headers['content-type']?.startsWith('application/json') === true ? JSON.parse(body) : null;
}

function answerOf({ status, headers, body }: HttpAnswer, path: string, json: unknown): Answer {
  // The body of a redirection is a link for browsers.
  const text = json === null && (status < 300 || status >= 400) ? body.replace(/\n$/, '') : '';
  return {
    status,
    text,
    location: header(headers.location),
    pending: header(headers['x-pending']),
    retryAfter: header(headers['retry-after']),
    seen: status === 200 && json !== null ? seen(path, json) : null,
  };
}

/** @throws ZodError where an answer is not what Heketi's clients read */
function seen(path: string, json: unknown): Seen | null {
  if (path === '/volumes') return { kind: 'volumes', ids: volumesSchema.parse(json).volumes };
  if (path.startsWith('/volumes/')) {
    const { id, name, size: sizeGiB } = volumeSchema.parse(json);
    return { kind: 'volume', id, name, sizeGiB };
  }
  if (path.startsWith('/clusters/')) {
    const { id, volumes } = clusterSchema.parse(json);
    return { kind: 'cluster', id, volumeIds: volumes };
  }
  if (!path.startsWith('/nodes/')) return null;
  const devices = nodeSchema.parse(json).devices.map(({ id, storage: { total, free, used } }) => ({
    id,
    totalKiB: total,
    freeKiB: free,
    usedKiB: used,
  }));
  return { kind: 'devices', devices };
}
