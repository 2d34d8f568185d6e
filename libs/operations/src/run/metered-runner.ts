import type { OperationRunner, RunOutcome } from './operation-runner.js';

/** Hears how runs of operations go, for metrics. */
export interface RunMeter {
  begun(): void;
  /** `failed`: broken off by something that is no node's fault, such as a database that is away. */
  ended(how: RunOutcome | 'failed'): void;
}

type Runner = Pick<OperationRunner, 'run'>;

/** The runner, with somebody who counts. */
export function meteredRunner(runner: Runner, meter: RunMeter): Runner {
  return {
    run: async (...job) => {
      let how: RunOutcome | 'failed' = 'failed';
      meter.begun();
      try {
        const result = await runner.run(...job);
        how = result.outcome;
        return result;
      } finally {
        meter.ended(how);
      }
    },
  };
}
