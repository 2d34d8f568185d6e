/** For how long a node is left alone after it could not be reached, ms. */
export interface CircuitTimes {
  /** After the first failure; doubles with every further one. */
  readonly firstMs: number;
  readonly longestMs: number;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * Keeps commands from trying a node that cannot be reached: after a failed connect they fail at once for a time that grows
 * with every further failure. When it is over, one of them may try; the others go on failing until it has got through.
 */
export class Circuit {
  #failures = 0;
  #reason = '';
  #closedFromMs = 0;
  #trying = false;
  /** What the failed connect was to find; with other expectations it may end otherwise. */
  #expected: unknown;

  constructor(
    private readonly times: CircuitTimes,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  get state(): CircuitState {
    if (this.#failures === 0) return 'closed';
    return this.#trying ? 'half-open' : 'open';
  }

  /** Why the node must not be tried now; null: it may be. */
  refusal(expected: unknown): string | null {
    if (this.#failures === 0) return null;
    if (this.#trying) return this.#reason;
    return this.nowMs() < this.#closedFromMs && expected === this.#expected ? this.#reason : null;
  }

  /** Somebody tries. */
  begin(): void {
    this.#trying = true;
  }

  succeeded(): void {
    this.#trying = false;
    this.#failures = 0;
  }

  failed(reason: string, expected: unknown): void {
    const { firstMs, longestMs } = this.times;
    const pauseMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#trying = false;
    this.#failures += 1;
    this.#reason = reason;
    this.#expected = expected;
    // jitter: the workers of a site must not all come back in the same instant
    this.#closedFromMs = this.nowMs() + pauseMs * (0.75 + Math.random() / 2);
  }
}
