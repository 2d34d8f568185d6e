import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import { DIGEST_BYTES, eventDigest, type SealableEvent } from './event-digest.js';

/** The events that one seal covers, in the order of the log. */
export interface SealContents {
  readonly eventIds: readonly string[];
  /** Of each of them, one after the other. */
  readonly eventDigests: Buffer;
}

/** Holds fast a range of the log, and through the hash of the seal before it everything before. Hashes are hex. */
export interface Seal extends SealContents {
  /** 1, 2, 3 ... */
  readonly number: number;
  readonly eventCount: number;
  /** Of this seal and all before it. */
  readonly totalEvents: number;
  readonly previousHash: string;
  readonly hash: string;
  /** ISO 8601 in UTC, by the database's clock. */
  readonly sealedAt: string;
  /** The key that it is signed with; null: unsigned. */
  readonly keyId: string | null;
  /** Ed25519 over the 32 bytes of the hash; null: unsigned. */
  readonly signature: Buffer | null;
}

/** What of a seal its hash is made of, beside the installation that it belongs to. */
export type SealHeader = Pick<Seal, 'number' | 'eventCount' | 'totalEvents' | 'previousHash' | 'sealedAt'> &
  SealContents;

/** What the first seal has as the hash of the one before it. */
export const NO_HASH = '00'.repeat(DIGEST_BYTES);

/** Named in every hash: another way to make one gets another name. */
const FORMAT = 'brickyard-seal-1';

export function contentsOf(events: readonly SealableEvent[]): SealContents {
  return {
    eventIds: events.map(({ eventId }) => eventId),
    eventDigests: Buffer.concat(events.map(eventDigest)),
  };
}

/** @returns the digest that the seal has for the event at this place in it */
export function digestAt({ eventDigests }: SealContents, place: number): Buffer {
  return eventDigests.subarray(place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES);
}

/** SHA-256 over the ids (16 bytes each) and then the digests (32 bytes each). */
function contentsHash({ eventIds, eventDigests }: SealContents): string {
  const ids = Buffer.from(eventIds.join('').replaceAll('-', ''), 'hex');
  return createHash('sha256').update(ids).update(eventDigests).digest('hex');
}

/** The hash that a seal with this content must have in this installation, hex. */
export function sealHash(installationId: string, header: SealHeader): string {
  const { number, eventCount, totalEvents, previousHash, sealedAt } = header;
  const contents = contentsHash(header);
  const text = canonicalJson({
    format: FORMAT,
    installationId,
    number,
    eventCount,
    totalEvents,
    contents,
    previousHash,
    sealedAt,
  });
  return createHash('sha256').update(text).digest('hex');
}
