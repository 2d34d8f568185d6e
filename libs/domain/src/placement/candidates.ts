import { DomainError, type Reason } from '#kernel';
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

export interface Selection {
  readonly candidates: readonly Candidate[];
  /** For each device that may not be used, the rule that dropped it. */
  readonly dropped: readonly Reason[];
}

/**
 * The devices that may be used at all, in an order that depends on the seed and the ids alone: it breaks ties, so that
 * volumes do not all start on the same device.
 * @throws DomainError `No nodes in cluster` or `No online storage devices in cluster`
 */
export function selectCandidates(nodes: readonly PlacementNode[], rules: PlacementRules, seed: string): Selection {
  if (nodes.length === 0) throw new DomainError('refused', 'No nodes in cluster');
  const candidates: Candidate[] = [];
  const dropped: Reason[] = [];
  let online = 0;
  for (const node of nodes) {
    for (const device of node.devices) {
      const offline = offlineReason(node, device);
      if (offline === null) online += 1;
      const reason = offline ?? tagReason(node, device, rules);
      if (reason === null) candidates.push(candidate(node, device, rules));
      else dropped.push(reason);
    }
  }
  if (online === 0) throw new DomainError('refused', 'No online storage devices in cluster', dropped);
  return { candidates: inSeedOrder(candidates, seed), dropped };
}

function inSeedOrder(candidates: readonly Candidate[], seed: string): readonly Candidate[] {
  return candidates
    .map((device) => ({ device, tie: seededHash(seed, device.deviceId) }))
    .sort((a, b) => a.tie - b.tie || (a.device.deviceId < b.device.deviceId ? -1 : 1))
    .map(({ device }) => device);
}

function offlineReason(node: PlacementNode, device: PlacementDevice): Reason | null {
  const place = `device ${device.deviceId} of node ${node.nodeId}`;
  if (node.state !== 'online') return { rule: 'node-online', detail: `${place}: the node is ${node.state}` };
  if (node.reachable === false) return { rule: 'node-reachable', detail: `${place}: the node does not answer` };
  if (device.state !== 'online') return { rule: 'device-online', detail: `${place}: the device is ${device.state}` };
  return null;
}

function tagReason(node: PlacementNode, device: PlacementDevice, rules: PlacementRules): Reason | null {
  const rule = rules.tagRule;
  const tags = effectiveTags(node.tags, device.tags);
  if (rule === null || matchesTagRule(rule, tags)) return null;
  const wanted = `${rule.name}${rule.equal ? '=' : '!='}${rule.value}`;
  const has = tagValue(tags, rule.name) ?? '';
  return {
    rule: 'device-tag-match',
    detail: `device ${device.deviceId} of node ${node.nodeId}: tag ${rule.name} is "${has}", asked for ${wanted}`,
  };
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
