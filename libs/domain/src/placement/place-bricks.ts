import { DomainError } from '#kernel';
import { type PlacementNode, type Selection, selectCandidates } from './candidates.js';
import { bricksOf, type PlacementRequest, permittedCuts } from './cuts.js';
import { droppedReasons } from './explain/dropped-devices.js';
import { placementReasons } from './explain/placement-reasons.js';
import { type BrickAssignment, fillBrickSets, type FillRequest } from './fill-brick-sets.js';
import type { PlacementSettings } from './settings.js';
import { placementRules, type PlacementRules } from './volume-options.js';

/** The capacity errors: a cluster that answers one of these has no room, another may have. */
export const capacityTexts = {
  noSpace: 'No space',
  maxBricks: 'Maximum number of bricks reached.',
  minBrickSize: 'Minimum brick size limit reached.  Out of space.',
} as const;

/**
 * Places a volume, with the fewest and largest bricks that fit: Heketi's series of sizes, each tried for all brick sets at
 * once. Pure: the same request, nodes and seed give the same answer.
 * @throws DomainError `refused` with Heketi's text, and in its reasons what was tried and which rule dropped how many devices
 */
export function placeBricks(
  request: PlacementRequest,
  nodes: readonly PlacementNode[],
  seed: string,
  settings: PlacementSettings,
): readonly (readonly BrickAssignment[])[] {
  const rules = placementRules(request.durability, request.glusterVolumeOptions, settings);
  const { cuts, tooMany } = permittedCuts(request, settings);
  const tried: FillRequest[] = [];
  let selection: Selection | null = null;
  for (const cut of cuts) {
    const bricks = bricksOf(request, cut, rules);
    // Only now: a volume of too many bricks is refused before anybody asks whether the cluster has any devices.
    selection ??= usableDevices(nodes, rules, seed);
    const attempt = { ...bricks, candidates: selection.candidates };
    const filled = fillBrickSets(attempt);
    if (filled !== null) return filled;
    tried.push(attempt);
  }
  const text = tooMany === null ? capacityTexts.minBrickSize : capacityTexts.maxBricks;
  const dropped = selection?.dropped ?? [];
  throw new DomainError('refused', text, placementReasons({ request, settings, rules, tried, tooMany, dropped }));
}

function usableDevices(nodes: readonly PlacementNode[], rules: PlacementRules, seed: string): Selection {
  if (nodes.length === 0) throw new DomainError('refused', 'No nodes in cluster');
  const selection = selectCandidates(nodes, rules, seed);
  if (selection.online > 0) return selection;
  const reasons = droppedReasons(selection.dropped, rules);
  throw new DomainError('refused', 'No online storage devices in cluster', reasons);
}
