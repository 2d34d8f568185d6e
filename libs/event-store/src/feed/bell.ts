/** Wakes everybody who waits, all at once. */
export class Bell {
  readonly #listeners = new Set<() => void>();
  #rings = 0;

  /** How often it has rung: what rings between a look and a wait must not be lost. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Until it has rung more often than that, the time is over, or the signal says to stop. */
  async wait(rings: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || timeoutMs <= 0 || this.#rings > rings) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      this.#listeners.add(done);
    });
  }
}
