import type { Logger } from '#kernel';
import { DatabaseAway } from './outage-errors.js';

/** What is known of the database, for all who use it in one process. Written by the one connection that watches. */
export class DatabaseHealth {
  readonly #listeners = new Set<(reason: string) => void>();
  #away: { readonly reason: string; readonly since: number } | null = null;

  constructor(private readonly logger: Logger) {}

  get isUp(): boolean {
    return this.#away === null;
  }

  /** @throws DatabaseAway while the database does not answer */
  assertUp(): void {
    if (this.#away !== null) throw new DatabaseAway(this.#away.reason);
  }

  /** Calls `listener` each time the database is found to be away; returns what ends that. */
  onAway(listener: (reason: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  markAway(reason: string): void {
    if (this.#away !== null) return;
    this.#away = { reason, since: performance.now() };
    this.logger.warn({ reason }, 'the database is away: what needs it is refused until it answers');
    for (const listener of [...this.#listeners]) listener(reason);
  }

  markUp(): void {
    if (this.#away === null) return;
    const awayMs = Math.round(performance.now() - this.#away.since);
    this.#away = null;
    this.logger.info({ awayMs }, 'the database is back');
  }
}
