import { KIB_PER_GIB } from '#kernel';

/** A size in GiB, with four decimals at the most. */
export function gibText(sizeKiB: number): string {
  return `${Number((sizeKiB / KIB_PER_GIB).toFixed(4))} GiB`;
}

/** An exact size, and what it is about: `105381888 KiB (100.5 GiB)`. */
export function kibText(sizeKiB: number): string {
  return `${sizeKiB} KiB (${gibText(sizeKiB)})`;
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
