import type { Logger } from '#kernel';
import { Repeater } from '../dispatch/repeater.js';
import { LeaseLostError, leaseKeys, type Lease, type Leases } from '../leases/leases.js';

/** A lease lives for three beats: one that dies is replaced within four, whatever the pause between passes. */
const LONGEST_BEAT_MS = 2000;
const BEATS_OF_A_LEASE = 3;

export interface DutyParts {
  /** Shown in logs and in the lease's key. */
  readonly name: string;
  readonly leases: Leases;
  /** The process, unique among all. */
  readonly owner: string;
  readonly logger: Logger;
  /** Between two passes of the holder. */
  readonly intervalMs: number;
  /**
   * One pass. It may run twice at once where a process was frozen for longer than its lease: it must bear that.
   * @param taken whether it is the first since this process took the duty over
   */
  readonly pass: (taken: boolean) => Promise<void>;
}

/** Work that runs in every process of a kind, and is done by one of them at a time: another takes over within 10 s. */
export class Duty {
  readonly #repeater: Repeater;
  readonly #beatsOfAPass: number;
  readonly #ttlMs: number;
  #lease: Lease | null = null;
  #beat = 0;

  constructor(private readonly parts: DutyParts) {
    const { name, intervalMs, logger } = parts;
    this.#beatsOfAPass = Math.ceil(intervalMs / LONGEST_BEAT_MS);
    const beatMs = intervalMs / this.#beatsOfAPass;
    this.#ttlMs = BEATS_OF_A_LEASE * beatMs;
    this.#repeater = new Repeater(name, beatMs, () => this.#onBeat(), logger);
  }

  start(): void {
    this.#repeater.start();
  }

  /** Ends after the pass under way and gives the duty up. */
  async close(): Promise<void> {
    await this.#repeater.close();
    if (this.#lease !== null) await this.parts.leases.release(this.#lease);
  }

  async #onBeat(): Promise<void> {
    const taken = !(await this.#renewed()) && (await this.#claimed());
    if (this.#lease === null) return;
    if (taken) this.#beat = 0;
    const due = this.#beat % this.#beatsOfAPass === 0;
    this.#beat += 1;
    if (due) await this.parts.pass(taken);
  }

  async #renewed(): Promise<boolean> {
    if (this.#lease === null) return false;
    try {
      await this.parts.leases.renew(this.#lease, this.#ttlMs);
      return true;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      this.#lease = null;
      return false;
    }
  }

  /** Looks first: a claim writes, and most of the time another process has the duty. */
  async #claimed(): Promise<boolean> {
    const { name, leases, owner } = this.parts;
    const key = leaseKeys.duty(name);
    if ((await leases.heldAmong([key])).size > 0) return false;
    this.#lease = await leases.claim([key], owner, this.#ttlMs);
    return this.#lease !== null;
  }
}
