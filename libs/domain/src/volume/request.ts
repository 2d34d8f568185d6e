import { DomainError, KIB_PER_GIB } from '#kernel';
import { minimumVolumeSizeKiB } from '../placement/brick-sizes.js';
import type { PlacementLimits } from '../placement/settings.js';
import { durabilityType, resolveDurability } from './durability.js';
import type { Durability, DurabilityAsSent, Snapshot } from './events.js';

/** The parts of a volume request that are checked by hand; 0 stands for a number that was not sent. */
export interface VolumeRequest {
  readonly sizeGiB: number;
  readonly gid: number;
  readonly durabilityType: string;
  readonly durabilityAsSent: DurabilityAsSent;
  readonly snapshot: { readonly enable: boolean; readonly factor: number };
}

export interface ResolvedVolumeRequest {
  readonly durability: Durability;
  readonly snapshot: Snapshot;
}

/** The largest signed 32-bit number: group ids stay below it, whatever Heketi's text says. */
const gidLimit = 2_147_483_647;
const defaultSnapshotFactor = 1.5;
const maxSnapshotFactor = 100;

/**
 * Checks a volume request in Heketi's order and fills in the defaults. Field rules, clusters and the minimum size are not
 * looked at: they come before and after.
 * @throws DomainError `invalid` with Heketi's text
 */
export function validateVolumeRequest(request: VolumeRequest): ResolvedVolumeRequest {
  if (request.gid < 0) throw new DomainError('invalid', 'Bad group id less than zero');
  if (request.gid >= gidLimit) throw new DomainError('invalid', 'Bad group id equal or greater than 2**32');
  durabilityType(request.durabilityType);
  if (request.sizeGiB < 1) throw new DomainError('invalid', 'Invalid volume size');
  const snapshot = resolveSnapshot(request.snapshot);
  const durability = resolveDurability(request.durabilityType, request.durabilityAsSent);
  return { durability, snapshot };
}

/** Snapshots off: factor 1, whatever was sent. On without a factor: 1.5. Kept as the float32 that Heketi stores. */
export function resolveSnapshot({ enable, factor }: VolumeRequest['snapshot']): Snapshot {
  if (!enable) return { enable, factor: 1 };
  const asFloat32 = Math.fround(factor === 0 ? defaultSnapshotFactor : factor);
  if (asFloat32 >= 1 && asFloat32 <= maxSnapshotFactor) return { enable, factor: asFloat32 };
  throw new DomainError('invalid', 'Invalid snapshot factor', [
    { rule: 'snapshot-factor', detail: `${factor} is not between 1 and ${maxSnapshotFactor}` },
  ]);
}

/** @throws DomainError `invalid` where every brick would be below the minimum; the second number is KiB, as Heketi has it */
export function requireMinimumSize(durability: Durability, sizeGiB: number, limits: PlacementLimits): void {
  const minimumKiB = minimumVolumeSizeKiB(durability, limits);
  if (sizeGiB * KIB_PER_GIB >= minimumKiB) return;
  throw new DomainError(
    'invalid',
    `Requested volume size (${sizeGiB} GB) is smaller than the minimum supported volume size (${minimumKiB})`,
    [{ rule: 'minimum-size', detail: `the smallest volume of this kind has ${minimumKiB / KIB_PER_GIB} GiB` }],
  );
}

/** A float32 as it prints: the shortest decimal that is the same float32 (1.1 rather than 1.10000002384). */
export function shortestFloat32(value: number): number {
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}
