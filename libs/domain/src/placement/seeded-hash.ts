/**
 * A 32-bit hash of a text under a seed (FNV-1a with a final mix), for orders that look random and can be made again. Not
 * for secrets: SHA-256 over every device took most of the time of a placement.
 */
export function seededHash(seed: string, text: string): number {
  let hash = 0x811c9dc5;
  const all = `${seed}\u0000${text}`;
  for (let index = 0; index < all.length; index += 1) {
    hash = Math.imul(hash ^ all.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
