import { type Logger, messageOf } from '#kernel';

/** Something that should hold where work is sent to. */
export interface ReadinessCheck {
  /** Such as `database`; shown to everybody. */
  readonly name: string;
  /** Rejects where it does not hold. */
  readonly check: () => Promise<void>;
  /** False: without it requests are still served, not as well; the process stays ready and says so. Default true. */
  readonly essential?: boolean;
}

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** It does not hold, and requests are served all the same. */
  readonly degraded?: true;
  /** Why, where that may be shown. */
  readonly reason?: string;
}

/** Thrown by a check whose reason may be shown to everybody. Those of others may name hosts and users: they are only logged. */
export class NotReady extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotReady';
  }
}

/** A check that takes longer has failed. */
const DEADLINE_MS = 2000;

/** The checks of one process. */
export class Readiness {
  readonly #failing = new Set<string>();

  constructor(
    private readonly checks: readonly ReadinessCheck[],
    private readonly logger: Logger,
  ) {}

  /** Runs all of them, each for a bounded time. */
  results(): Promise<CheckResult[]> {
    return Promise.all(this.checks.map((check) => this.#run(check)));
  }

  async #run({ name, check, essential = true }: ReadinessCheck): Promise<CheckResult> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS.toString()} ms`)), DEADLINE_MS);
    });
    try {
      await Promise.race([check(), late]);
      if (this.#failing.delete(name)) this.logger.info({ check: name }, 'readiness check holds again');
      return { name, ok: true };
    } catch (error) {
      // Once: probes come every few seconds.
      if (!this.#failing.has(name))
        this.logger.warn({ check: name, reason: messageOf(error) }, 'readiness check failed');
      this.#failing.add(name);
      const reason = error instanceof NotReady ? { reason: error.message } : {};
      return { name, ok: false, ...(essential ? {} : { degraded: true }), ...reason };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a probe is told. Probes look at the status; people and load balancers that read on see what is amiss. */
export function readinessAnswer(checks: readonly CheckResult[]): {
  readonly ready: boolean;
  readonly status: 200 | 503;
  readonly text: string;
} {
  const failed = names(checks, ({ ok, degraded }) => !ok && degraded !== true);
  const reasons = checks.flatMap(({ name, reason }) => (reason === undefined ? [] : `\n${name}: ${reason}`)).join('');
  if (failed !== '') return { ready: false, status: 503, text: `not ready: ${failed}${reasons}` };
  const degraded = names(checks, (check) => check.degraded === true);
  return { ready: true, status: 200, text: degraded === '' ? 'ok' : `ok (degraded: ${degraded})` };
}

function names(checks: readonly CheckResult[], which: (check: CheckResult) => boolean): string {
  return checks
    .filter(which)
    .map(({ name }) => name)
    .join(', ');
}
