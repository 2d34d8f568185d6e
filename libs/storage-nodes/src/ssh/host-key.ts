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

/**
 * Reads a public key as it stands in a host's `/etc/ssh/ssh_host_*_key.pub`, or in what ssh-keyscan prints.
 * @throws Error where the text is no such key
 */
export function readHostKey(text: string): PinnedHostKey {
  const [algorithm, publicKey] = /\b((?:ssh|ecdsa)-[a-z0-9@.-]+) +([A-Za-z0-9+/=]+)/.exec(text)?.slice(1) ?? [];
  const key = Buffer.from(publicKey ?? '', 'base64');
  const length = key.length < 4 ? 0 : key.readUInt32BE(0);
  if (length === 0 || key.subarray(4, 4 + length).toString('ascii') !== algorithm) {
    throw new Error(
      'not a public host key: give the line of /etc/ssh/ssh_host_ed25519_key.pub, such as "ssh-ed25519 AAAA..."',
    );
  }
  return describeHostKey(key);
}

/** Compares digests, so that the time taken tells nothing about where two keys differ. */
export function sameHostKey(a: PinnedHostKey, b: PinnedHostKey): boolean {
  return timingSafeEqual(sha256(Buffer.from(a.publicKey, 'base64')), sha256(Buffer.from(b.publicKey, 'base64')));
}
