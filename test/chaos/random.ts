import { createHash } from 'node:crypto';

/** A number from 0 up to `below` that follows from the words alone: the same case makes the same choices wherever it runs. */
export function chosen(below: number, ...words: readonly string[]): number {
  return createHash('sha256').update(words.join('\0')).digest().readUInt32BE(0) % below;
}

/** The items in an order that follows from the seed. */
export function shuffled<T>(items: readonly T[], seed: string, nameOf: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: chosen(2 ** 31, seed, nameOf(item)) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
