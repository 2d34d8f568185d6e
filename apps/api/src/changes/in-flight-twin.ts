import type { Queries } from '#read-model';
import type { Begun } from './changes.js';
import type { Wish } from './wish.js';

/**
 * The operation in flight that the same request has begun, null for none: a client that lost the answer to a creation asks for
 * it again. A key says itself what is a repetition and what is not, and is not second-guessed.
 */
export async function inFlightTwin(
  queries: Queries,
  { key, by, digest }: Wish,
): Promise<Extract<Begun, { readonly inFlight: string }> | null> {
  if (key !== null) return null;
  const inFlight = await queries.operationInFlight(by.issuer, digest);
  return inFlight === null ? null : { inFlight };
}
