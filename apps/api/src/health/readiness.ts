import { type CheckResult, Readiness } from '#observability';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiDependencies } from '../dependencies.js';
import { Drain } from '../drain/drain.js';
import { DEPENDENCIES } from '../tokens.js';

/** Whether this replica should be sent requests. */
@Injectable()
export class ReplicaReadiness {
  private readonly readiness: Readiness;

  constructor(
    @Inject(DEPENDENCIES) { readiness, logger }: ApiDependencies,
    @Inject(Drain) private readonly drain: Drain,
  ) {
    this.readiness = new Readiness(readiness, logger);
  }

  async results(): Promise<CheckResult[]> {
    return [...(await this.readiness.results()), { name: 'accepting', ok: !this.drain.begun }];
  }
}
