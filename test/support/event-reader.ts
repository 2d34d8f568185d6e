import { setTimeout as delay } from 'node:timers/promises';
import { openStream, sentEvents, StreamRefused } from '#test/event-source';

const isUnreachable = (error: unknown): boolean => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['ECONNREFUSED', 'ECONNRESET', 'ABORT_ERR'].includes(code);
};

/**
 * A program that follows all events as a browser would, and that can be killed. What outlives it is what it has done with
 * events, and the id up to which it has: it comes back with that, to any replica.
 */
export class EventReader {
  /** The ids of the events that it was told of, in all of its lives. */
  readonly seen: string[] = [];
  lives = 0;
  #lastEventId: string | null;
  #life = new AbortController();

  /** @param replicas those that there are now */
  constructor(
    begin: string,
    private readonly replicas: () => readonly string[],
  ) {
    this.#lastEventId = begin;
  }

  /** It knows nothing any more of what was on its way. */
  kill(): void {
    this.#life.abort();
  }

  /** Lives on and on until the signal. @throws what no replica that comes and goes may answer with */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.lives += 1;
      this.#life = new AbortController();
      try {
        await this.#live(AbortSignal.any([signal, this.#life.signal]));
      } catch (error) {
        const mayBe = error instanceof StreamRefused ? error.status === 503 : isUnreachable(error);
        if (!mayBe) throw error;
        await delay(10);
      }
    }
  }

  async #live(signal: AbortSignal): Promise<void> {
    const replicas = this.replicas();
    const base = replicas[Math.floor(Math.random() * replicas.length)];
    if (base === undefined) return;
    const stream = await openStream(base, '/v1/events', { lastEventId: this.#lastEventId, signal });
    for await (const { id, event } of sentEvents(stream)) {
      if (signal.aborted) return;
      if (event !== null && id !== null) this.seen.push(id);
      this.#lastEventId = id ?? this.#lastEventId;
    }
  }
}
