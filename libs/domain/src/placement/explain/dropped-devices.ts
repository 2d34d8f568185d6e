import type { Reason } from '#kernel';
import { effectiveTags, tagValue } from '../../tags.js';
import type { Dropped, DropRule } from '../candidates.js';
import { tagRuleText } from '../tag-rule.js';
import type { PlacementRules } from '../volume-options.js';
import { counted, gibText } from './texts.js';

/** How many devices or nodes a line of a reason tree names; the rest is in its count. */
export const SHOWN = 3;

const order: readonly DropRule[] = ['node-online', 'node-reachable', 'device-online', 'device-tag-match'];

const words: Readonly<Record<DropRule, string>> = {
  'node-online': 'because their node is not online',
  'node-reachable': 'because their node does not answer',
  'device-online': 'because they are not online themselves',
  'device-tag-match': 'because of their tags',
};

/** One line per rule with how many devices it dropped, and below it those that would give the most space. */
export function droppedReasons(dropped: readonly Dropped[], rules: PlacementRules): readonly Reason[] {
  return order.flatMap((rule) => {
    const found = dropped.filter((entry) => entry.rule === rule);
    return found.length === 0 ? [] : [ruleReason(rule, found, rules)];
  });
}

function ruleReason(rule: DropRule, found: readonly Dropped[], rules: PlacementRules): Reason {
  const byNode = new Map<string, Dropped[]>();
  for (const entry of found) {
    const known = byNode.get(entry.node.nodeId);
    if (known === undefined) byNode.set(entry.node.nodeId, [entry]);
    else known.push(entry);
  }
  const named = rule === 'node-online' || rule === 'node-reachable' ? nodeReasons(rule, byNode) : null;
  const asked =
    rule === 'device-tag-match' && rules.tagRule !== null ? `: asked for ${tagRuleText(rules.tagRule)}` : '';
  return {
    rule,
    detail: `${counted(found.length, 'device')} on ${counted(byNode.size, 'node')} may not be used ${words[rule]}${asked}`,
    values: { devices: found.length, nodes: byNode.size },
    because: named ?? deviceReasons(rule, found, rules),
  };
}

function nodeReasons(rule: DropRule, byNode: ReadonlyMap<string, readonly Dropped[]>): readonly Reason[] {
  return [...byNode.values()]
    .map((devices) => ({ devices, freeKiB: devices.reduce((sum, { device }) => sum + device.freeKiB, 0) }))
    .sort((a, b) => b.freeKiB - a.freeKiB)
    .slice(0, SHOWN)
    .flatMap(({ devices, freeKiB }) => {
      const [first] = devices;
      if (first === undefined) return [];
      const { nodeId, zone, state } = first.node;
      const what = rule === 'node-online' ? `is ${state}` : 'does not answer';
      const holds = `it has ${counted(devices.length, 'device')} with ${gibText(freeKiB)} free`;
      const values = { nodeId, zone, state, devices: devices.length, freeKiB };
      return [{ rule, detail: `node ${nodeId} in zone ${zone} ${what}: ${holds}`, values }];
    });
}

function deviceReasons(rule: DropRule, found: readonly Dropped[], { tagRule }: PlacementRules): readonly Reason[] {
  return [...found]
    .sort((a, b) => b.device.freeKiB - a.device.freeKiB)
    .slice(0, SHOWN)
    .map(({ node, device }) => {
      const { deviceId, freeKiB, state } = device;
      const { nodeId, zone } = node;
      const tag = tagRule === null ? '' : (tagValue(effectiveTags(node.tags, device.tags), tagRule.name) ?? '');
      const what = rule === 'device-online' ? `is ${state}` : `has the tag ${tagRule?.name ?? ''} "${tag}"`;
      const detail = `device ${deviceId} of node ${nodeId} in zone ${zone} ${what}: ${gibText(freeKiB)} free`;
      const values = { deviceId, nodeId, zone, freeKiB, ...(rule === 'device-online' ? { state } : { tag }) };
      return { rule, detail, values };
    });
}
