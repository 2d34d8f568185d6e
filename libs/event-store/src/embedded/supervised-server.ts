import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '#kernel';
import type { ServerProcess } from './server-process.js';

const RETRY_MS = { first: 200, longest: 5_000 };

/** Keeps a server running: one that ends unasked (killed for memory, say) is started again in the same place. */
export class SupervisedServer {
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;
  #server: ServerProcess;

  /**
   * @param isOurs whether the data is still ours: whoever took it over has stopped our server on purpose
   * @param start starts another one on the same address and data
   * @param onTrouble hears of every unasked end and of every start that fails
   */
  constructor(
    first: ServerProcess,
    private readonly isOurs: () => Promise<boolean>,
    private readonly start: () => Promise<ServerProcess>,
    private readonly onTrouble: (text: string) => void,
  ) {
    this.#server = first;
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#server.stop();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for (;;) {
      const end = await this.#server.ended;
      if (this.#isStopping() || !(await this.isOurs())) return;
      this.onTrouble(`the embedded Postgres has ended (${end}) and is started again`);
      const next = await this.#startAgain();
      if (next === null) return;
      this.#server = next;
      // Asked to stop while it started: nobody else knows of this one.
      if (this.#isStopping()) await next.stop();
    }
  }

  /** The processes of the one that was killed may still hold its memory for a moment, and keep the next one from starting. */
  async #startAgain(): Promise<ServerProcess | null> {
    for (let waitMs = RETRY_MS.first; !this.#isStopping(); waitMs = Math.min(waitMs * 2, RETRY_MS.longest)) {
      try {
        return await this.start();
      } catch (error) {
        this.onTrouble(messageOf(error));
        await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
    return null;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
