import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** What seals are signed with. */
export interface SealKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** @param hash of the seal, hex @returns 64 bytes, Ed25519 over the bytes of the hash */
  sign(hash: string): Buffer;
}

/** Public keys by their id: those that a verifier trusts. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

const BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g;
const ID_BYTES = 16;

/** The fingerprint of a public key: the first half of the SHA-256 of its DER form, hex. */
function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest().subarray(0, ID_BYTES).toString('hex');
}

/**
 * The key of BRICKYARD_SEAL_KEY: PKCS #8 as PEM, with line ends as they are or written as `\n`, or as one line of Base64.
 * @returns null where the text is empty
 * @throws Error that does not repeat the text
 */
export function readSealKey(text: string): SealKey | null {
  if (text.trim() === '') return null;
  let key: KeyObject;
  try {
    key = privateKeyIn(text.replaceAll('\\n', '\n'));
  } catch {
    // What OpenSSL says of it helps nobody.
    throw new Error(WRONG_KEY);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(WRONG_KEY);
  const publicKey = createPublicKey(key);
  return { keyId: keyIdOf(publicKey), publicKey, sign: (hash) => sign(null, Buffer.from(hash, 'hex'), key) };
}

const WRONG_KEY =
  'BRICKYARD_SEAL_KEY is not an Ed25519 private key in PKCS #8 form, PEM or Base64: make one with "brickyard audit keygen"';

function privateKeyIn(text: string): KeyObject {
  const [pem] = blocks(text, 'PRIVATE KEY');
  if (pem !== undefined) return createPrivateKey(pem);
  return createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
}

/** @throws Error where there is no public key among the PEM blocks, or one of another kind */
export function readPublicKeys(text: string): PublicKeys {
  const keys = blocks(text, 'PUBLIC KEY').map((pem) => createPublicKey(pem));
  if (keys.length === 0) throw new Error('there is no public key in it: wanted are PEM blocks "BEGIN PUBLIC KEY"');
  const other = keys.find(({ asymmetricKeyType }) => asymmetricKeyType !== 'ed25519');
  if (other !== undefined)
    throw new Error(`a public key in it is not Ed25519 but ${other.asymmetricKeyType ?? 'unknown'}`);
  return new Map(keys.map((key) => [keyIdOf(key), key]));
}

function blocks(text: string, kind: string): string[] {
  return [...text.matchAll(BLOCK)].filter(([, found]) => found === kind).map(([block]) => block);
}

/** @param hash of the seal, hex */
export function isSignedBy(publicKey: KeyObject, hash: string, signature: Buffer): boolean {
  return verify(null, Buffer.from(hash, 'hex'), publicKey, signature);
}

/** A new pair as PEM, with the id that seals will carry. */
export function newSealKey(): { readonly keyId: string; readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    keyId: keyIdOf(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
