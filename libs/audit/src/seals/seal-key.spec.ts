import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedBy, newSealKey, readPublicKeys, readSealKey } from './seal-key.js';

const hash = 'ab'.repeat(32);
const { keyId, privatePem, publicPem } = newSealKey();

describe('the private key', () => {
  const base64 = privatePem.replace(/-----.*-----|\n/g, '');

  it.each([
    ['PEM', privatePem],
    ['PEM in one line, as environment files have it', privatePem.trim().replaceAll('\n', '\\n')],
    ['Base64', base64],
    ['what keygen prints, both keys in it', privatePem + publicPem],
  ])('may be %s', (_form, text) => {
    const key = readSealKey(text)!;
    expect(key.keyId).toBe(keyId);
    expect(isSignedBy(readPublicKeys(publicPem).get(keyId)!, hash, key.sign(hash))).toBe(true);
  });

  it('may be none', () => {
    expect(readSealKey('')).toBeNull();
    expect(readSealKey(' \n')).toBeNull();
  });

  it.each([
    ['no key at all', 'hunter2'],
    ['half a key', base64.slice(0, 40)],
    ['a public key', publicPem],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('is refused where it is %s, and not repeated', (_what, text) => {
    expect(() => readSealKey(text)).toThrow(
      new Error(
        'BRICKYARD_SEAL_KEY is not an Ed25519 private key in PKCS #8 form, PEM or Base64: make one with "brickyard audit keygen"',
      ),
    );
  });
});

describe('public keys', () => {
  it('are found by the id that seals carry, several in one file', () => {
    const other = newSealKey();
    expect([...readPublicKeys(publicPem + other.publicPem).keys()]).toEqual([keyId, other.keyId]);
  });

  it('are refused where there is none', () => {
    expect(() => readPublicKeys(privatePem)).toThrow('there is no public key in it');
  });

  it('are refused where one is of another kind', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => readPublicKeys(publicPem + pem)).toThrow('is not Ed25519 but ec');
  });
});

it('a signature holds for its hash and its key only', () => {
  const signature = readSealKey(privatePem)!.sign(hash);
  const publicKey = readPublicKeys(publicPem).get(keyId)!;
  expect(isSignedBy(publicKey, hash.replace('a', 'b'), signature)).toBe(false);
  expect(isSignedBy(readSealKey(newSealKey().privatePem)!.publicKey, hash, signature)).toBe(false);
});
