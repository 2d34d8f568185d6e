/** KiB in one GiB. Volumes are sized in GiB; bricks, devices and pools in KiB. Every KiB quantity fits a double exactly. */
export const KIB_PER_GIB = 1_048_576;

export function gibToKib(gib: number): number {
  return gib * KIB_PER_GIB;
}

/** The smallest multiple of `step` that is not below `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
