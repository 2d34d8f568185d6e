import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { messageOf, type Logger } from '#kernel';
import { connectionConfig } from './connection.js';

/** Where followers and long polls hear that the log may have grown. */
export interface WakeSource {
  /** Calls `listener` whenever there may be new events; returns what ends it. A hint only: none may come, or too many. */
  onWake(listener: () => void): () => void;
}

const RETRY_MS = { first: 100, longest: 5_000 };

/**
 * One LISTEN connection for a whole process. It reconnects by itself and then wakes everybody, because nobody knows what
 * was missed; those who wait must poll as well. Needs a session of its own: not through a transaction pooler.
 */
export class LogNotifier implements WakeSource {
  readonly #url: string;
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  readonly #closed = new Promise<null>((resolve) => {
    this.#closing.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  #running: Promise<void> | null = null;

  constructor(url: string, logger: Logger) {
    this.#url = url;
    this.#logger = logger;
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts listening; resolves at once, whether the database can be reached or not. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the connection; no listener is called afterwards. */
  async close(): Promise<void> {
    this.#listeners.clear();
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let waitMs = RETRY_MS.first;
    while (!this.#closing.signal.aborted) {
      const client = new pg.Client(connectionConfig(this.#url, 'app', 'brickyard-listen'));
      const lost = new Promise<string>((resolve) => {
        client.on('error', (error) => resolve(messageOf(error)));
        client.on('end', () => resolve('connection closed'));
      });
      client.on('notification', () => this.#wake());
      try {
        await client.connect();
        await client.query('listen brickyard_events');
        waitMs = RETRY_MS.first;
        this.#wake();
        const reason = await Promise.race([lost, this.#closed]);
        if (reason !== null) this.#logger.warn({ reason }, 'lost the connection that listens to the log');
      } catch (error) {
        this.#logger.warn({ reason: messageOf(error) }, 'cannot listen to the log');
      }
      await client.end().catch(() => undefined);
      await delay(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, RETRY_MS.longest);
    }
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
