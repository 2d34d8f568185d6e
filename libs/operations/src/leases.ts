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
  /** All keys or none; null where any is held by somebody else. */
  claim(keys: readonly string[], owner: string, ttlMs: number): Promise<Lease | null>;
  /** Pushes the end out. @throws LeaseLostError */
  renew(lease: Lease, ttlMs: number): Promise<void>;
  release(lease: Lease): Promise<void>;
  /** Inside a transaction: holds the lease rows and checks the epochs, so that a stale worker's write cannot commit. @throws LeaseLostError */
  assertHeld(tx: Sql, lease: Lease): Promise<void>;
}

/** The resources that operations take hold of. One volume, device or node at a time; one membership change per cluster. */
export const leaseKeys = {
  volume: (id: string): string => `volume/${id}`,
  device: (id: string): string => `device/${id}`,
  node: (id: string): string => `node/${id}`,
  peers: (clusterId: string): string => `peers/${clusterId}`,
};
