import type { Sql } from '#kernel';

/** A hand on a set of resources. The epoch of a key grows with every change of hands and never falls. */
export interface Lease {
  readonly owner: string;
  readonly epochs: Readonly<Record<string, number>>;
}

/** The lease is in other hands now: stop, run nothing more. */
export class LeaseLostError extends Error {
  constructor(readonly keys: readonly string[]) {
    super(`lease lost: ${keys.join(', ')}`);
    this.name = 'LeaseLostError';
  }
}

export interface Leases {
  /** All keys or none; null where any is held, be it by the same owner. */
  claim(keys: readonly string[], owner: string, ttlMs: number): Promise<Lease | null>;
  /** Pushes the end out. @throws LeaseLostError */
  renew(lease: Lease, ttlMs: number): Promise<void>;
  /** Gives back what is still held; the rest is in other hands and stays there. */
  release(lease: Lease): Promise<void>;
  /** Inside a transaction: holds the lease rows and checks the epochs, so that a stale worker's write cannot commit. @throws LeaseLostError */
  assertHeld(tx: Sql, lease: Lease): Promise<void>;
  /** Those of the keys that somebody holds at this moment: a hint for a scheduler, not a promise. */
  heldAmong(keys: readonly string[]): Promise<ReadonlySet<string>>;
}

/** The resources that operations take hold of. One volume, device or node at a time; one membership change per cluster. */
export const leaseKeys = {
  volume: (id: string): string => `volume/${id}`,
  device: (id: string): string => `device/${id}`,
  node: (id: string): string => `node/${id}`,
  peers: (clusterId: string): string => `peers/${clusterId}`,
  /** Work that one process at a time does for all of them. */
  duty: (name: string): string => `duty/${name}`,
};
