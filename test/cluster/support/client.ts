import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import {
  type Answer,
  describeExchange,
  type Exchange,
  isUnavailable,
  isUnknown,
  operationIdOf,
  operationToAsk,
  type Wish,
  volumeIdOf,
} from '../history/exchange.js';
import type { Question, Recorder } from './recorder.js';

/** Waited as long as any client would. */
export class OutOfPatience extends Error {}

/** What a change came to. `lost`: the client does not know, and cannot find out. */
export type Change =
  | { readonly outcome: 'succeeded'; readonly operationId: string | null; readonly volumeId: string | null }
  | { readonly outcome: 'refused' | 'failed'; readonly text: string }
  | { readonly outcome: 'lost' };

export interface ClientSettings {
  readonly name: string;
  /** Whether changes carry an Idempotency-Key, so that they can simply be sent again. */
  readonly keyed: boolean;
  readonly patienceMs: number;
}

type Request = Omit<Question, 'client'>;

interface Answered {
  readonly answer: Answer;
  readonly json: unknown;
}

const PAUSE_MS = 200;
/** After this the server has made up its mind about a commit whose answer was lost. */
const DECIDED_MS = 3000;
const listSchema = z.object({ volumes: z.array(z.string()) });
const namedSchema = z.object({ name: z.string() });

/**
 * A client as Heketi's are: a token for each request, a 202 polled to its end, 429 and 503 waited out, reads repeated where the
 * connection breaks. A change whose answer is lost is sent again under its key; without a key it is looked for, since nobody
 * may repeat it blindly.
 */
export class Client {
  /** Names do not change: each is read once. */
  readonly #names = new Map<string, string>();

  constructor(
    private readonly recorder: Recorder,
    private readonly settings: ClientSettings,
  ) {}

  /** A read, repeated until it is answered. @throws OutOfPatience */
  read(path: string): Promise<Answered> {
    return this.#insist({ method: 'GET', path }, noAnswer);
  }

  async create(name: string, sizeGiB: number, clusterId: string, replica: number): Promise<Change> {
    const wish: Wish = { kind: 'create', name, sizeGiB, clusterId };
    const durability = replica === 1 ? { type: 'none' } : { type: 'replicate', replicate: { replica } };
    const body = { name, size: sizeGiB, clusters: [clusterId], durability };
    for (;;) {
      const change = await this.#change({ method: 'POST', path: '/volumes', wish, body });
      const taken = change.outcome === 'refused' && change.text.endsWith('already in use');
      if (change.outcome !== 'lost' && !taken) return change;
      // It is there, or will be; or it came to nothing, and the name is free again.
      const volumeId = await this.#find(name);
      if (volumeId !== null) return { outcome: 'succeeded', operationId: null, volumeId };
      await delay(PAUSE_MS);
    }
  }

  /** Not repeated without a key: that could make the volume twice as big. */
  expand(volumeId: string, addGiB: number): Promise<Change> {
    const wish: Wish = { kind: 'expand', addGiB };
    return this.#change({ method: 'POST', path: `/volumes/${volumeId}/expand`, wish, body: { expand_size: addGiB } });
  }

  async remove(volumeId: string): Promise<Change> {
    for (;;) {
      const change = await this.#change({ method: 'DELETE', path: `/volumes/${volumeId}` });
      if (change.outcome !== 'lost') return change;
      const { answer } = await this.read(`/volumes/${volumeId}`);
      if (answer.status === 404) return { outcome: 'succeeded', operationId: null, volumeId: null };
    }
  }

  /** Polls to the end. @throws OutOfPatience */
  async follow(operationId: string): Promise<Answer> {
    const isOpen = (exchange: Exchange): boolean => noAnswer(exchange) || exchange.answer?.pending === 'true';
    const { answer } = await this.#insist({ method: 'GET', path: `/queue/${operationId}` }, isOpen);
    return answer;
  }

  async #change(request: Request): Promise<Change> {
    const { keyed } = this.settings;
    const question = { ...request, key: keyed ? randomUUID() : null };
    const turnedAway = (each: Exchange): boolean => each.answer?.status === 429 || isUnavailable(each);
    const { exchange } = await this.#ask(question, (each) => turnedAway(each) || (keyed && isUnknown(each)));
    const { answer } = exchange;
    if (answer !== null && !isUnknown(exchange)) {
      const operationId = answer.status === 202 ? operationIdOf(answer.location) : null;
      return operationId === null ? { outcome: 'refused', text: answer.text } : this.#endOf(operationId);
    }
    const toAsk = operationToAsk(answer);
    if (toAsk === null) return { outcome: 'lost' };
    await delay(DECIDED_MS);
    const end = await this.#endOf(toAsk);
    return end.outcome === 'refused' ? { outcome: 'lost' } : end;
  }

  async #endOf(operationId: string): Promise<Change> {
    const { status, text, location } = await this.follow(operationId);
    if (status === 404) return { outcome: 'refused', text };
    if (status === 500) return { outcome: 'failed', text };
    // Heketi's clients go where the 303 leads, at once, and whatever replica that is has to know it.
    if (location !== null) await this.read(location);
    return { outcome: 'succeeded', operationId, volumeId: location === null ? null : volumeIdOf(location) };
  }

  /** By listing, as there is no other way to find a volume by its name. */
  async #find(name: string): Promise<string | null> {
    const { json } = await this.read('/volumes');
    for (const id of listSchema.parse(json).volumes) {
      if (!this.#names.has(id)) {
        const { answer, json: volume } = await this.read(`/volumes/${id}`);
        // It may have been deleted since it was listed.
        if (answer.status === 200) this.#names.set(id, namedSchema.parse(volume).name);
      }
      if (this.#names.get(id) === name) return id;
    }
    return null;
  }

  async #insist(question: Request, again: (exchange: Exchange) => boolean): Promise<Answered> {
    const { exchange, json } = await this.#ask(question, (each) => each.answer === null || again(each));
    if (exchange.answer === null) throw new Error('asked again until there was an answer');
    return { answer: exchange.answer, json };
  }

  async #ask(question: Request, again: (exchange: Exchange) => boolean) {
    const { name: client, patienceMs } = this.settings;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const told = await this.recorder.ask({ ...question, client });
      if (!again(told.exchange)) return told;
      if (performance.now() > deadline) throw new OutOfPatience(describeExchange(told.exchange));
      await delay(pauseAfter(told.exchange));
    }
  }
}

const noAnswer = (exchange: Exchange): boolean => isUnknown(exchange) || isUnavailable(exchange);

/** A poll was held already; Retry-After is the server's wish; else a moment. */
function pauseAfter({ answer }: Exchange): number {
  if (answer?.pending === 'true') return 0;
  const wished = Number(answer?.retryAfter ?? NaN);
  return Number.isFinite(wished) ? wished * 1000 : PAUSE_MS;
}
