import { shellLine, type NodeSettings } from '#storage-nodes';
import type { Remedy } from '../difference.js';
import type { Attributed } from '../owners/attribute.js';
import { remedyOfDifference } from './different.js';
import { remedyOfLeak } from './leaked.js';
import { remedyOfLack } from './missing.js';
import type { Site } from './site.js';
import { none, type Steps } from './steps.js';

/** What an administrator can do about a difference, on its node. */
export function remedyOf(difference: Attributed, site: Site, settings: NodeSettings): Remedy {
  const { advice, commands } = stepsOf(difference, site, settings);
  return { advice, commands: commands.map(({ argv }) => shellLine(argv)) };
}

function stepsOf(difference: Attributed, site: Site, settings: NodeSettings): Steps {
  switch (difference.problem) {
    case 'leaked':
      return remedyOfLeak(difference, settings);
    case 'missing':
      return remedyOfLack(difference, site, settings);
    case 'different':
      return remedyOfDifference(difference, settings);
    case 'owed':
      return none('Nothing to do: an operation that has not ended removes it as soon as the node lets it.');
    case 'in-flight':
      return none('Nothing to do: an operation is at it.');
    case 'foreign':
      return none('Not ours: left alone.');
  }
}
