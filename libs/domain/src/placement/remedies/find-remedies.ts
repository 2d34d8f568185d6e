import type { Reason } from '#kernel';
import { onlineRemedies } from './bring-online.js';
import { sizeRemedies } from './fitting-sizes.js';
import { spaceRemedies } from './more-space.js';
import { optionRemedies } from './other-options.js';
import { orElse, type PlacementProblem } from './problem.js';
import type { Remedy } from './remedy.js';
import { remedyReason } from './remedy-text.js';

/**
 * What would help a placement that was refused, what is easiest first: each of them alone, and each checked by the code that
 * places. Bounded work: a few counts over all devices for each.
 * @param of an expansion keeps the options and the durability that its volume has
 */
export function findRemedies(problem: PlacementProblem, of: 'volume' | 'expansion'): readonly Remedy[] {
  return orElse<readonly Remedy[]>([], () => [
    ...sizeRemedies(problem),
    ...(of === 'volume' ? optionRemedies(problem) : []),
    ...onlineRemedies(problem),
    ...spaceRemedies(problem),
  ]);
}

/** As lines of a reason tree. */
export function remedyReasons(problem: PlacementProblem, of: 'volume' | 'expansion'): readonly Reason[] {
  return findRemedies(problem, of).map((remedy) => remedyReason(remedy, of));
}
