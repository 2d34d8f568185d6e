/** What bounds bricks and volumes; the defaults are Heketi's. */
export interface PlacementLimits {
  readonly brickMinGiB: number;
  readonly brickMaxGiB: number;
  /** All bricks of a volume counted, copies included. */
  readonly maxBricksPerVolume: number;
}

/** How a site wants its bricks placed. */
export interface PlacementSettings extends PlacementLimits {
  /** Volumes in the making count. Negative: no limit. */
  readonly maxVolumesPerCluster: number;
  /** `strict`: no two bricks of a set in one zone. A volume's own option wins over this. */
  readonly zoneChecking: 'none' | 'strict';
  /** What arbiter bricks are sized by where the volume does not say. */
  readonly averageFileSizeKiB: number;
}

export const defaultPlacementSettings: PlacementSettings = {
  brickMinGiB: 1,
  brickMaxGiB: 4096,
  maxBricksPerVolume: 32,
  maxVolumesPerCluster: 1000,
  zoneChecking: 'none',
  averageFileSizeKiB: 64,
};
