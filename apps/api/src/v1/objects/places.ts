import { comeBackLater } from '../frame/problem.js';

/** A few places for work that is heavy: whoever finds none is sent away at once, nobody waits. */
export class Places {
  readonly #limit: number;
  readonly #what: string;
  #taken = 0;

  /** @param what is refused, for people */
  constructor(limit: number, what: string) {
    this.#limit = limit;
    this.#what = what;
  }

  /** @throws Problem 503 with Retry-After where no place is free */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#limit) throw comeBackLater(`${this.#what} are under way: ask again in a moment`, 2);
    this.#taken += 1;
    try {
      return await work();
    } finally {
      this.#taken -= 1;
    }
  }
}
