import type { BrickReservation, Durability, Tags } from '#domain';
import { KIB_PER_GIB } from '#kernel';

/** Sizes for people: GiB with two decimals at most. */
export function gib(kib: number): string {
  return `${String(Math.round((kib / KIB_PER_GIB) * 100) / 100)} GiB`;
}

export function durabilityWords(durability: Durability): string {
  switch (durability.type) {
    case 'none':
      return 'distributed only';
    case 'replicate':
      return `replica ${durability.replica}`;
    case 'disperse':
      return `disperse ${durability.data}+${durability.redundancy}`;
  }
}

export function tagWords(tags: Tags): string {
  const words = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return words.length === 0 ? 'none' : words.join(', ');
}

/** What bricks take of their devices, reservations as they were made. */
export function spaceOf(bricks: readonly Pick<BrickReservation, 'thinPoolKiB' | 'poolMetadataKiB'>[]): string {
  return gib(bricks.reduce((sum, { thinPoolKiB, poolMetadataKiB }) => sum + thinPoolKiB + poolMetadataKiB, 0));
}

export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
