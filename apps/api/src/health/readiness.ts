import { type Logger, messageOf } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiDependencies, ReadinessCheck } from '../dependencies.js';
import { Drain } from '../drain/drain.js';
import { DEPENDENCIES } from '../tokens.js';

/** A check that takes longer has failed. */
const DEADLINE_MS = 2000;

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** It does not hold, and requests are served all the same. */
  readonly degraded?: true;
}

/** Whether this replica should be sent requests. */
@Injectable()
export class Readiness {
  private readonly checks: readonly ReadinessCheck[];
  private readonly logger: Logger;
  private readonly failing = new Set<string>();

  constructor(
    @Inject(DEPENDENCIES) { readiness, logger }: ApiDependencies,
    @Inject(Drain) private readonly drain: Drain,
  ) {
    this.checks = readiness;
    this.logger = logger;
  }

  async results(): Promise<CheckResult[]> {
    const results = await Promise.all(this.checks.map((check) => this.run(check)));
    return [...results, { name: 'accepting', ok: !this.drain.begun }];
  }

  private async run({ name, check, essential = true }: ReadinessCheck): Promise<CheckResult> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS.toString()} ms`)), DEADLINE_MS);
    });
    try {
      await Promise.race([check(), late]);
      if (this.failing.delete(name)) this.logger.info({ check: name }, 'readiness check holds again');
      return { name, ok: true };
    } catch (error) {
      // The reason may name hosts and users: it goes into the log, the page is public. Once: probes come every few seconds.
      if (!this.failing.has(name))
        this.logger.warn({ check: name, reason: messageOf(error) }, 'readiness check failed');
      this.failing.add(name);
      return essential ? { name, ok: false } : { name, ok: false, degraded: true };
    } finally {
      clearTimeout(timer);
    }
  }
}
