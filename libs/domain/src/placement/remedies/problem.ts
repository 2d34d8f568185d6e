import { DomainError } from '#kernel';
import { type PlacementNode, selectCandidates } from '../candidates.js';
import { bricksOf, type PlacementRequest, permittedCuts } from '../cuts.js';
import { canFillBrickSets } from '../room.js';
import type { PlacementSettings } from '../settings.js';
import { placementRules } from '../volume-options.js';

/** A placement in one cluster, with everything that decides it. */
export interface PlacementProblem {
  readonly request: PlacementRequest;
  readonly nodes: readonly PlacementNode[];
  readonly settings: PlacementSettings;
  readonly seed: string;
}

/** Whether placeBricks finds a place; cheaper, as it does not say which. */
export function fits({ request, nodes, settings, seed }: PlacementProblem): boolean {
  return orElse(false, () => {
    const rules = placementRules(request.durability, request.glusterVolumeOptions, settings);
    const { candidates } = selectCandidates(nodes, rules, seed);
    const { cuts } = permittedCuts(request, settings);
    return cuts.some((cut) => canFillBrickSets({ ...bricksOf(request, cut, rules), candidates }));
  });
}

/** What is asked, or another answer where it is refused. */
export function orElse<T>(otherwise: T, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof DomainError) return otherwise;
    throw error;
  }
}
