/** How patient the runner is. Times in ms. */
export interface RunnerSettings {
  /**
   * A worker that stops renewing loses its operation after this long; renewed every third of it. Short, because what a dead
   * worker had in hand lies still for so long; not shorter, because a database that is away for longer than two thirds of it
   * (a failover) stops every operation in mid-step.
   */
  readonly leaseTtlMs: number;
  /** How often a step is tried within one run while its node cannot be reached. */
  readonly stepTries: number;
  /** Pause before the second try of a step; doubles with every further one. */
  readonly stepRetryMs: number;
  /** Runs that end by a failure, after which what cannot be finished or undone is given up. */
  readonly maxFailedRuns: number;
  /** Pause before the next run of an operation that was handed back; doubles with every run, up to the limit. */
  readonly retryMs: number;
  readonly retryLimitMs: number;
  /** After this time nothing runs any more that was sent to a node: more than the longest deadline of a command. */
  readonly quietMs: number;
}

export const defaultRunnerSettings: RunnerSettings = {
  leaseTtlMs: 8000,
  stepTries: 4,
  stepRetryMs: 500,
  maxFailedRuns: 6,
  retryMs: 1000,
  retryLimitMs: 60_000,
  quietMs: 15 * 60_000,
};

/** The pause before try number `next` (2 and up): doubling, up to the limit. */
export function backOffMs(next: number, firstMs: number, limitMs: number): number {
  return Math.min(limitMs, firstMs * 2 ** Math.min(Math.max(next - 2, 0), 30));
}
