import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, within, type Logger } from '#kernel';

const PAUSE_MS = 1000;
const SILENCE_MS = 2000;

/** Asks the queue something every second, and remembers whether it answered. */
export class QueueWatch {
  readonly #closing = new AbortController();
  readonly #listeners = new Set<() => void>();
  #away: string | null = null;
  #started = false;

  /** @param ask one question to the queue's server; may hang */
  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    if (!this.#started) void this.#run();
    this.#started = true;
  }

  /** Asks no more, and tells nobody anything from now on; a question under way may hang for a while yet. */
  stop(): void {
    this.#closing.abort();
    this.#listeners.clear();
  }

  /** Why the queue does not answer; null: it does. */
  get trouble(): string | null {
    return this.#away;
  }

  /** Calls `listener` each time the queue answers again; returns what ends that. */
  onBack(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#note(await this.#trouble());
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Why there is no answer; null: there is one. */
  async #trouble(): Promise<string | null> {
    try {
      const outcome = await within(SILENCE_MS, this.ask(), () => undefined);
      return outcome === 'done' ? null : `no answer for ${SILENCE_MS.toString()} ms`;
    } catch (error) {
      return messageOf(error);
    }
  }

  #note(reason: string | null): void {
    // Closing is no trouble, though it makes questions fail.
    if (this.#closing.signal.aborted) return;
    const before = this.#away;
    this.#away = reason;
    if (reason !== null && before === null) {
      this.logger.warn({ reason }, 'the queue is away: operations are accepted, and wait until it answers');
    } else if (reason === null && before !== null) {
      this.logger.info({}, 'the queue is back');
      for (const listener of [...this.#listeners]) listener();
    }
  }
}
