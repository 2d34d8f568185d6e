import { messageOf, type Logger } from '#kernel';
import { LeaseKeeper } from '../leases/lease-keeper.js';
import { leaseKeys, type Lease, type Leases } from '../leases/leases.js';
import { pause } from '../run/pause.js';

/**
 * How long a dead holder keeps a duty. Renewed every third of it, so two renewals may be lost; with the time in which another
 * process notices, a duty is in living hands again within 7 s.
 */
export const DUTY_TTL_MS = 6000;
/** How often a process that does not have the duty looks whether it is free: one read by primary key. */
const WATCH_MS = 1000;

export interface DutyParts {
  /** Names the lease, so it must be the same in all processes. */
  readonly name: string;
  readonly leases: Leases;
  /** The process, unique among all. */
  readonly owner: string;
  readonly logger: Logger;
  /** Between two passes of the holder, ms. */
  readonly intervalMs: number;
  /**
   * One pass. It may run twice at once where a process was frozen for longer than its lease: it must bear that.
   * @param taken whether it is the first since this process took the duty over: what it remembers may be out of date
   * @param signal fires when the duty is lost or the process stops: begin nothing more
   */
  readonly pass: (taken: boolean, signal: AbortSignal) => Promise<void>;
  readonly ttlMs?: number;
  readonly watchMs?: number;
}

/**
 * Background work that one process at a time does for all of them. Runs in every process, at work where the lease
 * `duty/NAME` is held; moves to another process at once when its holder stops, and within seconds when it dies. An error of a
 * pass is logged, the next one comes.
 */
export class Duty {
  readonly #closing = new AbortController();
  #sooner = new AbortController();
  #loop: Promise<void> | null = null;

  constructor(private readonly parts: DutyParts) {}

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Makes the next pass now, where this process has the duty. */
  hasten(): void {
    this.#sooner.abort();
    this.#sooner = new AbortController();
  }

  /** Ends after the pass under way, and gives the duty back. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { watchMs = WATCH_MS, name, logger } = this.parts;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#term();
      } catch (error) {
        logger.warn({ duty: name, error: messageOf(error) }, 'duty could not be claimed, will try again');
      }
      await pause(watchMs, this.#closing.signal);
    }
  }

  /** From the claim to the loss of the duty; nothing where somebody else has it. */
  async #term(): Promise<void> {
    const { leases, name, owner, logger, ttlMs = DUTY_TTL_MS } = this.parts;
    const key = leaseKeys.duty(name);
    // A claim that is refused still locks the row; this read does not.
    if ((await leases.heldAmong([key])).has(key)) return;
    const claimedAt = performance.now();
    const lease = await leases.claim([key], owner, ttlMs);
    if (lease === null) return;
    logger.info({ duty: name, owner }, 'duty taken over');
    const ended = new AbortController();
    const keeper = new LeaseKeeper(leases, lease, ttlMs, logger, claimedAt, () => ended.abort());
    const signal = AbortSignal.any([ended.signal, this.#closing.signal]);
    try {
      await this.#passes(signal);
    } finally {
      keeper.stop();
      if (!ended.signal.aborted) await this.#release(lease);
    }
    if (ended.signal.aborted) logger.warn({ duty: name, owner }, 'duty lost to another process');
  }

  async #passes(signal: AbortSignal): Promise<void> {
    const { name, pass, intervalMs, logger } = this.parts;
    for (let taken = true; !signal.aborted; taken = false) {
      try {
        await pass(taken, signal);
      } catch (error) {
        logger.warn({ duty: name, error: messageOf(error) }, 'a pass of the duty failed, the next one comes');
      }
      await pause(intervalMs, signal, this.#sooner.signal);
    }
  }

  /** What is not given back runs out. */
  async #release(lease: Lease): Promise<void> {
    const { leases, name, logger } = this.parts;
    try {
      await leases.release(lease);
    } catch (error) {
      logger.warn({ duty: name, error: messageOf(error) }, 'duty not given back');
    }
  }
}
