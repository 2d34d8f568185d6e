import { describe, expect, it } from 'vitest';
import { readHostKey } from './host-key.js';

const publicKey = 'AAAAC3NzaC1lZDI1NTE5AAAAIPB8QM/iM2Z1y4VPadvxMco8eo2cWK4U4Wvn0r8uEWk/';
const pinned = {
  algorithm: 'ssh-ed25519',
  publicKey,
  fingerprint: 'SHA256:sznzlNyQws3E135vAg4CIjyrWLkISJTp9QZA9bmdut0',
};

describe('a public host key as text', () => {
  it.each([
    ['as in the .pub file', `ssh-ed25519 ${publicKey} root@node1`],
    ['as ssh-keyscan prints it', `node1 ssh-ed25519 ${publicKey}`],
  ])('is read %s', (_form, text) => expect(readHostKey(text)).toEqual(pinned));

  it.each(['', 'ssh-ed25519', 'ssh-ed25519 AAAA', `ssh-rsa ${publicKey}`, 'SHA256:sznzlNyQws3E135v'])(
    'is refused where it is none: %j',
    (text) => expect(() => readHostKey(text)).toThrow('not a public host key'),
  );
});
