import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { messageOf, within, type Logger } from '#kernel';
import { connectionConfig } from './connection.js';
import type { DatabaseHealth } from './outage/database-health.js';
import { SILENCE_MS, untilSilent } from './outage/heartbeat.js';
import { isConnectionLost } from './outage/outage-errors.js';
import { SocketSet } from './outage/socket-set.js';

/** Where followers and long polls hear that the log may have grown. */
export interface WakeSource {
  /** Calls `listener` whenever there may be new events; returns what ends it. A hint only: none may come, or too many. */
  onWake(listener: () => void): () => void;
}

export interface NotifierOptions {
  /** Told what this connection finds out. */
  readonly health?: DatabaseHealth;
  /** What other connections have received so far: while it grows the database is not away, whatever becomes of this one. */
  readonly bytesElsewhere?: () => number;
}

const RETRY_MS = { first: 100, longest: 1000 };
const CONNECT_TIMEOUT_MS = 2000;
const GOODBYE_MS = 500;

/**
 * One connection for a whole process that listens to the log and, by asking twice a second, finds out when the database does
 * not answer any more. It reconnects by itself and then wakes everybody, because nobody knows what was missed; those who wait
 * must poll as well. Needs a session of its own: not through a transaction pooler.
 */
export class LogNotifier implements WakeSource {
  readonly #url: string;
  readonly #logger: Logger;
  readonly #health: DatabaseHealth | null;
  readonly #bytesElsewhere: () => number;
  readonly #sockets = new SocketSet();
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(url: string, logger: Logger, { health, bytesElsewhere }: NotifierOptions = {}) {
    this.#url = url;
    this.#logger = logger;
    this.#health = health ?? null;
    this.#bytesElsewhere = bytesElsewhere ?? (() => 0);
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts listening; resolves at once, whether the database can be reached or not. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the connection, also one that hangs; no listener is called afterwards. */
  async close(): Promise<void> {
    this.#listeners.clear();
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let waitMs = RETRY_MS.first;
    while (!this.#closing.signal.aborted) {
      const bytes = this.#bytesElsewhere();
      try {
        await this.#session();
        waitMs = RETRY_MS.first;
      } catch (error) {
        // Not each time: the health says once that the database is away, and once that it is back.
        this.#logger.debug({ reason: messageOf(error) }, 'cannot listen to the log');
        if (isConnectionLost(error) && this.#bytesElsewhere() === bytes) this.#health?.markAway(messageOf(error));
        waitMs = Math.min(waitMs * 2, RETRY_MS.longest);
      }
      await delay(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** From a connection to its end. @throws where there is none to be had */
  async #session(): Promise<void> {
    const client = new pg.Client({
      ...connectionConfig(this.#url, 'app', 'brickyard-listen'),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      stream: this.#sockets.open,
    });
    const over = new AbortController();
    const end = (): void => over.abort();
    client.on('error', end);
    client.on('end', end);
    client.on('notification', () => this.#wake());
    this.#closing.signal.addEventListener('abort', end);
    try {
      await client.connect();
      if ((await within(SILENCE_MS, client.query('listen brickyard_events'), () => undefined)) === 'timeout') {
        throw new Error('Connection terminated: the server does not answer');
      }
      this.#health?.markUp();
      this.#wake();
      await this.#watch(client, over.signal);
    } finally {
      this.#closing.signal.removeEventListener('abort', end);
      // One that hangs never answers the goodbye.
      await within(GOODBYE_MS, client.end(), () => undefined);
      this.#sockets.cut();
    }
  }

  async #watch(client: pg.Client, signal: AbortSignal): Promise<void> {
    const silent = await untilSilent({
      ask: () => client.query('select 1'),
      bytesElsewhere: this.#bytesElsewhere,
      signal,
    });
    if (silent === 'everywhere') this.#health?.markAway(`no answer for ${SILENCE_MS.toString()} ms`);
    else if (!this.#closing.signal.aborted) this.#logger.warn({}, 'lost the connection that listens to the log');
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
