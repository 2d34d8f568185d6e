import { gibToKib, KIB_PER_GIB } from '#kernel';
import { cutInto, dataBricksPerSet } from '../brick-sizes.js';
import { selectCandidates } from '../candidates.js';
import { bricksOf, bricksWith } from '../cuts.js';
import { canFillBrickSets } from '../room.js';
import { placementRules } from '../volume-options.js';
import { orElse, type PlacementProblem } from './problem.js';
import type { Remedy } from './remedy.js';

/** Sizes that a volume may have, both ends included. */
interface SizeRange {
  readonly fromGiB: number;
  readonly toGiB: number;
}

/**
 * The sizes up to `limitGiB` that fit, as one range for each number of brick sets that has any.
 *
 * What fits is not monotone as a whole: eight sets of the smallest bricks may fit where seven GiB, which would have to be cut
 * into four larger ones, do not. For a given number of sets it is: a smaller volume has smaller bricks, each of which fits
 * wherever the larger one did. So each number of sets is searched by halving, which finds its largest size exactly. The one
 * exception is several sets with arbiter bricks, where fillBrickSets may give up early: what is found there fits, but may not
 * be the largest.
 */
export function fittingSizes(problem: PlacementProblem, limitGiB: number): readonly SizeRange[] {
  const { request, nodes, settings, seed } = problem;
  const rules = placementRules(request.durability, request.glusterVolumeOptions, settings);
  const { candidates } = selectCandidates(nodes, rules, seed);
  const fitsInto = (sets: number, sizeGiB: number): boolean =>
    orElse(false, () => {
      const cut = cutInto(request.durability, sizeGiB, sets);
      return canFillBrickSets({ ...bricksOf(request, cut, rules), candidates });
    });
  const dataBricks = dataBricksPerSet(request.durability);
  const minKiB = Math.max(gibToKib(settings.brickMinGiB), rules.arbiter?.averageFileSizeKiB ?? 0, 1);
  const maxKiB = gibToKib(settings.brickMaxGiB);
  const ranges: SizeRange[] = [];
  for (let sets = 1; bricksWith(request, sets) <= settings.maxBricksPerVolume; sets *= 2) {
    const fromGiB = Math.ceil((minKiB * dataBricks * sets) / KIB_PER_GIB);
    const mostGiB = Math.min(limitGiB, Math.ceil(((maxKiB + 1) * dataBricks * sets) / KIB_PER_GIB) - 1);
    if (fromGiB > mostGiB || !fitsInto(sets, fromGiB)) continue;
    ranges.push({ fromGiB, toGiB: last(fromGiB, mostGiB, (sizeGiB) => fitsInto(sets, sizeGiB)) });
  }
  return ranges;
}

/** For a size that does not fit: the largest below it that does, and the smallest above it, which there seldom is. */
export function sizeRemedies(problem: PlacementProblem): readonly Remedy[] {
  const { sizeGiB } = problem.request;
  // No number of sets needs more than twice what the one before it does: beyond that there is nothing new to find.
  const ranges = fittingSizes(problem, 2 * sizeGiB);
  const below = ranges.filter(({ fromGiB }) => fromGiB < sizeGiB).map(({ toGiB }) => Math.min(toGiB, sizeGiB - 1));
  const above = ranges.map(({ fromGiB }) => fromGiB).filter((fromGiB) => fromGiB > sizeGiB);
  const found = [...(below.length > 0 ? [Math.max(...below)] : []), ...(above.length > 0 ? [Math.min(...above)] : [])];
  return found.map((size) => ({ kind: 'size', sizeGiB: size, insteadOfGiB: sizeGiB }));
}

/** The last number of a range for which something holds, where it holds for the first and, once it ends, not again. */
function last(from: number, to: number, holds: (at: number) => boolean): number {
  let [known, least] = [from, to];
  while (known < least) {
    const middle = Math.ceil((known + least) / 2);
    if (holds(middle)) known = middle;
    else least = middle - 1;
  }
  return known;
}
