import type { Durability } from '../volume/events.js';
import type { PlacementSettings } from './settings.js';
import { parseTagRule, type TagRule } from './tag-rule.js';

/** What the options of a volume ask of placement. */
export interface PlacementRules {
  readonly strictZones: boolean;
  readonly tagRule: TagRule | null;
  /** null: no arbiter bricks. */
  readonly arbiter: { readonly averageFileSizeKiB: number } | null;
}

/** What Go's ParseBool takes for true. */
const trueTexts = new Set(['1', 't', 'T', 'true', 'True', 'TRUE']);

/** The value of a volume option: the last one given wins; an element is split at its first space. */
export function readVolumeOption(options: readonly string[], key: string): string | undefined {
  const option = options.findLast((text) => text === key || text.startsWith(`${key} `));
  return option?.slice(key.length + 1);
}

/**
 * Whether the third brick of every set only keeps file names and metadata. Replica 3 alone knows that; elsewhere the
 * option means nothing.
 */
export function isArbiterVolume(durability: Durability, options: readonly string[]): boolean {
  if (durability.type !== 'replicate' || durability.replica !== 3) return false;
  return trueTexts.has(readVolumeOption(options, 'user.heketi.arbiter') ?? '');
}

/** @throws DomainError where the tag rule cannot be read */
export function placementRules(
  durability: Durability,
  options: readonly string[],
  settings: PlacementSettings,
): PlacementRules {
  const zoneChecking = readVolumeOption(options, 'user.heketi.zone-checking');
  const tagRule = readVolumeOption(options, 'user.heketi.device-tag-match');
  return {
    // Heketi takes any other word for `none`.
    strictZones:
      (zoneChecking === undefined || zoneChecking === '' ? settings.zoneChecking : zoneChecking) === 'strict',
    tagRule: tagRule === undefined || tagRule === '' ? null : parseTagRule(tagRule),
    arbiter: isArbiterVolume(durability, options)
      ? { averageFileSizeKiB: averageFileSizeKiB(options, settings.averageFileSizeKiB) }
      : null,
  };
}

function averageFileSizeKiB(options: readonly string[], fallbackKiB: number): number {
  const text = readVolumeOption(options, 'user.heketi.average-file-size') ?? '';
  const sizeKiB = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return sizeKiB > 0 ? sizeKiB : fallbackKiB;
}

/**
 * The option list of a volume as Heketi stores and returns it. `pre`, `block` (null for a volume that hosts no block
 * volumes) and `post` are the server's settings, split at commas: an empty one leaves an empty element, which clients see.
 */
export function glusterVolumeOptions(
  pre: string,
  block: string | null,
  request: readonly string[],
  post: string,
): readonly string[] {
  return [...pre.split(','), ...(block?.split(',') ?? []), ...request, ...post.split(',')];
}
