import { createHash, randomBytes } from 'node:crypto';

const ID = /^[0-9a-f]{32}$/;

/** A new id: 128 random bits as 32 lower-case hex characters, the form of every id of Heketi. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** Whether a text has the form of an id. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * A UUID derived from its parts (the same parts give the same UUID), for events that must not be appended twice.
 * Shaped as UUID version 8: the bits are ours, a truncated SHA-256.
 */
export function derivedUuid(...parts: readonly string[]): string {
  const bytes = createHash('sha256').update(parts.join('\u0000')).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
