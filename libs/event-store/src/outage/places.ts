import { DatabaseBusy } from './outage-errors.js';

export interface PlacesSettings {
  /** How many may be inside at a time. */
  readonly count: number;
  /** How many may wait; who comes after them is turned away at once. */
  readonly maxWaiting: number;
  /** How long anybody waits. */
  readonly waitMs: number;
}

interface Waiting {
  readonly enter: () => void;
  readonly refuse: (reason: Error) => void;
}

/** A bounded queue before a bounded room, first come, first served. */
export class Places {
  readonly #waiting = new Set<Waiting>();
  #inside = 0;

  constructor(private readonly settings: PlacesSettings) {}

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves once there is a place; each `enter` is followed by one `leave`. @throws DatabaseBusy; what `refuseAll` was given */
  enter(): Promise<void> {
    const { count, maxWaiting, waitMs } = this.settings;
    if (this.#inside < count) {
      this.#inside += 1;
      return Promise.resolve();
    }
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new DatabaseBusy());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.refuse(new DatabaseBusy()), waitMs);
      const over = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        enter: () => {
          over();
          resolve();
        },
        refuse: (reason) => {
          over();
          reject(reason);
        },
      };
      this.#waiting.add(waiting);
    });
  }

  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#inside -= 1;
    else next.enter();
  }

  /** Turns away everybody who waits. */
  refuseAll(reason: Error): void {
    for (const waiting of [...this.#waiting]) waiting.refuse(reason);
  }
}
