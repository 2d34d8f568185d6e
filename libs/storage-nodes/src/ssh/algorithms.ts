import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

/** No SHA-1, no CBC, no DSA: OpenSSH has had all of these since 2014 (RSA with SHA-2 since 2016). */
const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * @param pinned the algorithm of the key that is expected: asked for first, because a node with several keys shows the one
 *   that its caller prefers, and any other would look like a change
 */
export function modernAlgorithms(pinned: string | null): Algorithms {
  const ofPinned = HOST_KEYS.filter((name) => name === pinned || (pinned === 'ssh-rsa' && name.startsWith('rsa-')));
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
    serverHostKey: [...ofPinned, ...HOST_KEYS.filter((name) => !ofPinned.includes(name))],
    cipher: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
    ],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
    compress: ['none'],
  };
}
