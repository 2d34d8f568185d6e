import type { AdminState, Tags } from '../node/events.js';
import { effectiveTags, tagValue } from '../tags.js';
import { seededHash } from './seeded-hash.js';
import { matchesTagRule } from './tag-rule.js';
import type { PlacementRules } from './volume-options.js';

/** A device as placement sees it. */
export interface PlacementDevice {
  readonly deviceId: string;
  readonly freeKiB: number;
  readonly totalKiB: number;
  readonly extentSizeKiB: number;
  readonly state: AdminState;
  readonly tags: Tags;
}

/** A node as placement sees it. */
export interface PlacementNode {
  readonly nodeId: string;
  readonly zone: number;
  readonly state: AdminState;
  readonly tags: Tags;
  /** False where the last probe failed. A node that was never probed counts as up. */
  readonly reachable?: boolean;
  readonly devices: readonly PlacementDevice[];
}

/** What a device takes in a volume with arbiter bricks. */
export type BrickRole = 'data' | 'arbiter' | 'any';

/** A device that every rule but free space lets through. */
export interface Candidate {
  readonly deviceId: string;
  readonly nodeId: string;
  readonly zone: number;
  readonly freeKiB: number;
  readonly extentSizeKiB: number;
  readonly role: BrickRole;
}

/** The rules, other than those about space, by which a device may not be used. */
export type DropRule = 'node-online' | 'node-reachable' | 'device-online' | 'device-tag-match';

/** A device that may not be used, and why. */
export interface Dropped {
  readonly rule: DropRule;
  readonly node: PlacementNode;
  readonly device: PlacementDevice;
}

export interface Selection {
  readonly candidates: readonly Candidate[];
  /** Each device that may not be used, with the first rule that dropped it. */
  readonly dropped: readonly Dropped[];
  /** How many devices are up, whatever their tags. */
  readonly online: number;
}

/**
 * The devices that may be used at all, in an order that depends on the seed and the ids alone: it breaks ties, so that
 * volumes do not all start on the same device.
 */
export function selectCandidates(nodes: readonly PlacementNode[], rules: PlacementRules, seed: string): Selection {
  const candidates: Candidate[] = [];
  const dropped: Dropped[] = [];
  let online = 0;
  for (const node of nodes) {
    for (const device of node.devices) {
      const offline = offlineRule(node, device);
      if (offline === null) online += 1;
      const rule = offline ?? tagRule(node, device, rules);
      if (rule === null) candidates.push(candidate(node, device, rules));
      else dropped.push({ rule, node, device });
    }
  }
  return { candidates: inSeedOrder(candidates, seed), dropped, online };
}

function inSeedOrder(candidates: readonly Candidate[], seed: string): readonly Candidate[] {
  return candidates
    .map((device) => ({ device, tie: seededHash(seed, device.deviceId) }))
    .sort((a, b) => a.tie - b.tie || (a.device.deviceId < b.device.deviceId ? -1 : 1))
    .map(({ device }) => device);
}

function offlineRule(node: PlacementNode, device: PlacementDevice): DropRule | null {
  if (node.state !== 'online') return 'node-online';
  if (node.reachable === false) return 'node-reachable';
  return device.state === 'online' ? null : 'device-online';
}

function tagRule(node: PlacementNode, device: PlacementDevice, { tagRule: rule }: PlacementRules): DropRule | null {
  return rule === null || matchesTagRule(rule, effectiveTags(node.tags, device.tags)) ? null : 'device-tag-match';
}

function candidate(node: PlacementNode, device: PlacementDevice, rules: PlacementRules): Candidate {
  return {
    deviceId: device.deviceId,
    nodeId: node.nodeId,
    zone: node.zone,
    freeKiB: device.freeKiB,
    extentSizeKiB: device.extentSizeKiB,
    // Volumes without arbiter bricks use every device, as with Heketi.
    role: rules.arbiter === null ? 'any' : brickRole(effectiveTags(node.tags, device.tags)),
  };
}

/** The tag `arbiter`: `required` devices take arbiter bricks only, `disabled` ones none; all others take any. */
function brickRole(tags: Tags): BrickRole {
  const tag = tagValue(tags, 'arbiter');
  if (tag === 'required') return 'arbiter';
  return tag === 'disabled' ? 'data' : 'any';
}
