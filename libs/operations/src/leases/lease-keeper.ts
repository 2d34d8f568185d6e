import { messageOf, type Logger } from '#kernel';
import { LeaseLostError, type Lease, type Leases } from './leases.js';

/**
 * Renews a lease every third of its time, and says when the lease is lost: because somebody else has it, or
 * because it could not be renewed for as long as it lasts (counted from before the last renewal was sent, so never later than
 * the database thinks).
 */
export class LeaseKeeper {
  #renewal: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  /** By performance.now(). */
  #heldUntilMs = 0;
  #stopped = false;

  constructor(
    private readonly leases: Leases,
    private readonly lease: Lease,
    private readonly ttlMs: number,
    private readonly logger: Logger,
    /** When the claim was sent, by performance.now(). */
    claimedAt: number,
    private readonly lost: () => void,
  ) {
    this.#heldUntil(claimedAt + ttlMs);
    this.#renewLater();
  }

  /**
   * By the clock, not by the timer: a process that was frozen, or whose event loop was busy, wakes with its timers still to fire.
   * @throws LeaseLostError once the lease may have run out
   */
  assertHeld(): void {
    if (performance.now() < this.#heldUntilMs) return;
    this.#lose();
    throw new LeaseLostError(Object.keys(this.lease.epochs));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#renewal);
    clearTimeout(this.#deadline);
  }

  #heldUntil(time: number): void {
    clearTimeout(this.#deadline);
    this.#heldUntilMs = time;
    this.#deadline = setTimeout(() => this.#lose(), Math.max(0, time - performance.now()));
  }

  #renewLater(): void {
    if (!this.#stopped) this.#renewal = setTimeout(() => void this.#renew(), this.ttlMs / 3);
  }

  async #renew(): Promise<void> {
    const sentAt = performance.now();
    try {
      await this.leases.renew(this.lease, this.ttlMs);
      if (!this.#stopped) this.#heldUntil(sentAt + this.ttlMs);
    } catch (error) {
      if (error instanceof LeaseLostError) {
        this.#lose();
        return;
      }
      this.logger.warn({ keys: Object.keys(this.lease.epochs), error: messageOf(error) }, 'lease not renewed');
    }
    this.#renewLater();
  }

  #lose(): void {
    if (this.#stopped) return;
    this.stop();
    this.lost();
  }
}
