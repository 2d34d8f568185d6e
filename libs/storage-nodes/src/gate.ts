/**
 * Lets a number of commands through at a time, first come, first served. Every step of an operation runs its commands one
 * after another, so the order of arrival is fair between steps.
 */
export class Gate {
  #active = 0;
  readonly #waiting = new Set<() => void>();
  readonly #watching = new Set<() => void>();

  constructor(private readonly capacity: number) {}

  get active(): number {
    return this.#active;
  }

  /** Waits for a place; the result gives it back, once. @throws the signal's reason */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#active >= this.capacity) {
      await this.#turn(signal);
    } else {
      this.#active += 1;
    }
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#active -= 1;
        this.#callNext();
        this.#watching.forEach((seen) => seen());
      }
    };
  }

  /** Waits until somebody leaves, or for so long. */
  departure(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const seen = (): void => {
        clearTimeout(timer);
        this.#watching.delete(seen);
        resolve();
      };
      const timer = setTimeout(seen, atMostMs);
      this.#watching.add(seen);
    });
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(turn);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(turn);
    });
  }

  #callNext(): void {
    const [next] = this.#waiting;
    if (next !== undefined && this.#active < this.capacity) {
      this.#waiting.delete(next);
      // taken here, so that nobody who comes in this instant takes the place first
      this.#active += 1;
      next();
    }
  }
}
