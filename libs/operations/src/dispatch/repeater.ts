import { messageOf, type Logger } from '#kernel';
import { pause } from '../run/pause.js';

/** Does something every so often, one at a time. Errors are logged, it goes on. */
export class Repeater {
  readonly #closing = new AbortController();
  #loop: Promise<void> | null = null;

  constructor(
    private readonly name: string,
    private readonly intervalMs: number,
    private readonly work: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Ends after the work under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.work();
      } catch (error) {
        this.logger.warn({ error: messageOf(error) }, `${this.name} failed, will try again`);
      }
      await pause(this.intervalMs, this.#closing.signal);
    }
  }
}
