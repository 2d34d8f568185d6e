import { bricksPerSet } from '../../volume/brick-sets.js';
import { dispersedKinds } from '../../volume/durability.js';
import type { Durability } from '../../volume/events.js';
import type { PlacementRequest } from '../cuts.js';
import type { PlacementSettings } from '../settings.js';
import { tagRuleText } from '../tag-rule.js';
import { placementRules } from '../volume-options.js';
import { fits, type PlacementProblem } from './problem.js';
import type { Remedy } from './remedy.js';

interface Alternative {
  readonly remedy: Remedy;
  readonly request: PlacementRequest;
}

/** How many other durabilities are named. */
const MOST_DURABILITIES = 2;

/** What a new volume may ask for instead, at the size asked for, so that it fits. */
export function optionRemedies(problem: PlacementProblem): readonly Remedy[] {
  const { request, settings } = problem;
  const helps = (alternative: Alternative): boolean => fits({ ...problem, request: alternative.request });
  return [
    ...otherDurabilities(request, settings).filter(helps).slice(0, MOST_DURABILITIES),
    ...otherRules(request, settings).filter(helps),
  ].map(({ remedy }) => remedy);
}

/** Those that cost fewer bricks or smaller ones, the ones that keep most first. Never `none`: that would give up all safety. */
function otherDurabilities(request: PlacementRequest, settings: PlacementSettings): readonly Alternative[] {
  const { durability } = request;
  const { arbiter } = placementRules(durability, request.glusterVolumeOptions, settings);
  const as = (other: Durability, withArbiter = false): Alternative => ({
    remedy: { kind: 'durability', durability: other, arbiter: withArbiter },
    request: withOption({ ...request, durability: other }, 'user.heketi.arbiter', withArbiter.toString()),
  });
  if (durability.type === 'replicate' && durability.replica === 3) {
    return [as(durability, arbiter === null), as({ type: 'replicate', replica: 2 })];
  }
  const bricks = bricksPerSet(durability);
  return durability.type === 'disperse'
    ? dispersedKinds.filter((other) => bricksPerSet(other) < bricks).map((other) => as(other))
    : [];
}

function otherRules(request: PlacementRequest, settings: PlacementSettings): readonly Alternative[] {
  const { strictZones, tagRule } = placementRules(request.durability, request.glusterVolumeOptions, settings);
  const found: Alternative[] = [];
  if (strictZones) {
    const without = withOption(request, 'user.heketi.zone-checking', 'none');
    found.push({ remedy: { kind: 'zone-checking' }, request: without });
  }
  if (tagRule !== null) {
    const remedy: Remedy = { kind: 'device-tag-match', tagRule: tagRuleText(tagRule) };
    found.push({ remedy, request: withOption(request, 'user.heketi.device-tag-match', '') });
  }
  if (request.snapshotFactor > 1) {
    const remedy: Remedy = { kind: 'snapshot-factor', insteadOf: request.snapshotFactor };
    found.push({ remedy, request: { ...request, snapshotFactor: 1 } });
  }
  return found;
}

/** The last one given wins. */
function withOption(request: PlacementRequest, key: string, value: string): PlacementRequest {
  return { ...request, glusterVolumeOptions: [...request.glusterVolumeOptions, `${key} ${value}`] };
}
