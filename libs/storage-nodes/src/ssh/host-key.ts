import type { PinnedHostKey } from '#domain';
import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();

/** Describes a host key as it goes over the wire: a length-prefixed algorithm name, then the key itself. */
export function describeHostKey(key: Buffer): PinnedHostKey {
  return {
    algorithm: key.subarray(4, 4 + key.readUInt32BE(0)).toString('ascii'),
    publicKey: key.toString('base64'),
    fingerprint: `SHA256:${sha256(key).toString('base64').replace(/=+$/, '')}`,
  };
}

/** Compares digests, so that the time taken tells nothing about where two keys differ. */
export function sameHostKey(a: PinnedHostKey, b: PinnedHostKey): boolean {
  return timingSafeEqual(sha256(Buffer.from(a.publicKey, 'base64')), sha256(Buffer.from(b.publicKey, 'base64')));
}
