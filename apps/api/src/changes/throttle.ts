import type { Queries } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { WireError } from '../wire/wire-error.js';
import { inFlightTwin } from './in-flight-twin.js';
import type { Wish } from './wish.js';

/** With what it adds at random, Heketi's Go client then comes back about as often as it does without the header. */
const RETRY_AFTER_SECONDS = '10';

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

  /**
   * Lets pass what is below the limit, and what would begin nothing: a creation in flight that is asked for again.
   * @throws WireError 429 at the limit
   */
  async admit(wish: Wish): Promise<void> {
    const limit = this.config.maxInflightOperations;
    if (limit <= 0 || (await this.queries.inFlightCount(limit)) < limit) return;
    if ((await inFlightTwin(this.queries, wish)) !== null) return;
    throw new WireError(429, 'Server busy. Retry operation later.', { 'retry-after': RETRY_AFTER_SECONDS });
  }
}
