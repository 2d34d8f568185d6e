import { LeaseLostError, type Lease, type Leases } from '#operations';

/** Leases in memory that never run out by themselves; `steal` hands them to somebody else. */
export class MemoryLeases implements Leases {
  readonly #held = new Map<string, number>();
  readonly #epochs = new Map<string, number>();

  claim(keys: readonly string[], owner: string): Promise<Lease | null> {
    if (keys.some((key) => this.#held.has(key))) return Promise.resolve(null);
    return Promise.resolve({ owner, epochs: Object.fromEntries(keys.map((key) => [key, this.#take(key)])) });
  }

  async renew(lease: Lease): Promise<void> {
    await this.assertHeld(undefined, lease);
  }

  release(lease: Lease): Promise<void> {
    for (const [key, epoch] of Object.entries(lease.epochs)) {
      if (this.#held.get(key) === epoch) this.#held.delete(key);
    }
    return Promise.resolve();
  }

  assertHeld(_tx: unknown, lease: Lease): Promise<void> {
    const lost = Object.entries(lease.epochs).filter(([key, epoch]) => this.#held.get(key) !== epoch);
    if (lost.length > 0) return Promise.reject(new LeaseLostError(lost.map(([key]) => key)));
    return Promise.resolve();
  }

  heldAmong(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(keys.filter((key) => this.#held.has(key))));
  }

  /** All leases are in the hands of somebody who gives them back at once. */
  steal(): void {
    for (const key of this.#held.keys()) this.#take(key);
    this.#held.clear();
  }

  #take(key: string): number {
    const epoch = (this.#epochs.get(key) ?? 0) + 1;
    this.#epochs.set(key, epoch);
    this.#held.set(key, epoch);
    return epoch;
  }
}
