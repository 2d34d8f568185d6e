import { createHash } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';

/** A private key as OpenSSH text, and its public half as one line for authorized_keys. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** ssh2 1.17 drops a leading zero byte of the key, so that 1 pair in 256 cannot be read back: such a pair is made again. */
export function generateKeyPair(comment: string): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (!(ssh2.utils.parseKey(pair.public) instanceof Error)) {
      return { privateKey: pair.private, publicKey: pair.public };
    }
  }
}

/** @throws Error where the text is no key */
export function parseKey(text: string): ParsedKey {
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error) throw parsed;
  return parsed;
}

/** `SHA256:` and the unpadded base64 digest of the public key, as `ssh-keygen -lf` prints it. */
export function fingerprintOf(key: ParsedKey): string {
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}
