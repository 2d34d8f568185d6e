import type { Queries } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { WireError } from '../wire/wire-error.js';

/**
 * Heketi's limit on operations in flight. Ours is off unless configured: bursts wait in the log, and lose nothing there.
 * The count is that of all replicas; two requests at once may both pass just below the limit.
 */
@Injectable()
export class Throttle {
  constructor(
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(QUERIES) private readonly queries: Queries,
  ) {}

  /** @throws WireError 429 at the limit */
  async admit(): Promise<void> {
    const limit = this.config.maxInflightOperations;
    if (limit <= 0) return;
    const inFlight = await this.queries.unfinishedOperations(limit);
    if (inFlight.length >= limit) throw new WireError(429, 'Server busy. Retry operation later.');
  }
}
