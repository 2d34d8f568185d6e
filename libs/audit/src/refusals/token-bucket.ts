/** Lets so many through at once, and so many a second in the long run. Times are milliseconds of any one clock. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #at: number | null = null;

  constructor({ burst, perSecond }: { readonly burst: number; readonly perSecond: number }) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
  }

  /** Whether one more may pass. */
  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - (this.#at ?? nowMs));
    this.#at = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + (passedMs / 1000) * this.#perSecond);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
