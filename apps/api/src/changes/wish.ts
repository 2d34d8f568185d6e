import type { Attribution } from '#kernel';

/** A change that a client asks for: who asks, and how a repetition is known. */
export interface Wish {
  readonly by: Attribution;
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** The same for requests that ask for the same. */
  readonly digest: string;
  /** The client's Idempotency-Key, null where it sent none. */
  readonly key: string | null;
}
