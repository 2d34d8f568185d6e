/**
 * Whether this replica is about to stop. From then on it is not ready, holds no poll open, and ends every connection with the
 * answer that it gives on it: a load balancer has time to notice, and nobody sends a request into a connection that is going.
 */
export class Drain {
  readonly #listeners: (() => void)[] = [];
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  /** Calls `listener` once, when it begins. */
  onBegin(listener: () => void): void {
    this.#listeners.push(listener);
  }

  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    for (const listener of this.#listeners) listener();
  }
}
