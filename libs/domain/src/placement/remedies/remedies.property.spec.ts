import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '#kernel';
import { randomProblems } from '#test/random-sites';
import { withRemedy } from '../../testing/with-remedy.js';
import { placeBricks } from '../place-bricks.js';
import { findRemedies } from './find-remedies.js';
import { fittingSizes } from './fitting-sizes.js';
import { fits, type PlacementProblem } from './problem.js';

const RUNS = 300;

/** The real thing. */
function isPlaced({ request, nodes, seed, settings }: PlacementProblem): boolean {
  try {
    placeBricks(request, nodes, seed, settings);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

const atSize = (problem: PlacementProblem, sizeGiB: number): PlacementProblem => ({
  ...problem,
  request: { ...problem.request, sizeGiB },
});
const severalArbiters = ({ request }: PlacementProblem): boolean =>
  request.durability.type === 'replicate' &&
  request.durability.replica === 3 &&
  request.glusterVolumeOptions.includes('user.heketi.arbiter true');

describe('what would help', { timeout: 300_000 }, () => {
  it('is asked without placing, and the answer is the same', () => {
    const answers = { yes: 0, no: 0 };
    fc.assert(
      fc.property(randomProblems, (problem) => {
        const placed = isPlaced(problem);
        answers[placed ? 'yes' : 'no'] += 1;
        expect(fits(problem)).toBe(placed);
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(answers.yes, answers.no)).toBeGreaterThan(RUNS / 5);
  });

  it('helps when it is done: every remedy, alone', () => {
    const seen: Record<string, number> = {};
    let refused = 0;
    fc.assert(
      fc.property(randomProblems, (problem) => {
        if (isPlaced(problem)) return;
        refused += 1;
        for (const remedy of findRemedies(problem, 'volume')) {
          seen[remedy.kind] = (seen[remedy.kind] ?? 0) + 1;
          expect({ remedy, placed: isPlaced(withRemedy(problem, remedy)) }).toEqual({ remedy, placed: true });
        }
      }),
      { numRuns: 2 * RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS / 5);
    // The rarest comes with every fiftieth placement.
    expect(Object.keys(seen).sort()).toEqual([
      'add-nodes',
      'bring-online',
      'device-tag-match',
      'durability',
      'free-space',
      'max-bricks-per-volume',
      'size',
      'snapshot-factor',
      'zone-checking',
    ]);
  });

  it('names the largest size that fits: one step more does not', () => {
    let found = 0;
    fc.assert(
      fc.property(randomProblems, fc.integer({ min: 1, max: 60 }), (problem, limitGiB) => {
        if (severalArbiters(problem)) return;
        const ranges = fittingSizes(problem, limitGiB);
        const sizes = ranges.flatMap(({ fromGiB, toGiB }) =>
          Array.from({ length: toGiB - fromGiB + 1 }, (_, index) => fromGiB + index),
        );
        found += sizes.length === 0 ? 0 : 1;
        // Every size is asked for: where it is in no range it does not fit, be it above or between them.
        for (let sizeGiB = 1; sizeGiB <= limitGiB; sizeGiB += 1) {
          const asked = atSize(problem, sizeGiB);
          expect({ sizeGiB, fits: sizes.includes(sizeGiB) }).toEqual({ sizeGiB, fits: isPlaced(asked) });
        }
      }),
      { numRuns: RUNS },
    );
    expect(found).toBeGreaterThan(RUNS / 10);
  });

  it('offers, of a size that does not fit, the nearest below that does', () => {
    fc.assert(
      fc.property(randomProblems, (problem) => {
        if (isPlaced(problem) || severalArbiters(problem)) return;
        const { sizeGiB: asked } = problem.request;
        const sizes = findRemedies(problem, 'expansion').flatMap((remedy) =>
          remedy.kind === 'size' ? [remedy.sizeGiB] : [],
        );
        const below = sizes.filter((sizeGiB) => sizeGiB < asked);
        const largest = below.length === 0 ? 0 : Math.max(...below);
        for (let sizeGiB = largest + 1; sizeGiB <= asked; sizeGiB += 1) {
          expect({ sizeGiB, placed: isPlaced(atSize(problem, sizeGiB)) }).toEqual({ sizeGiB, placed: false });
        }
      }),
      { numRuns: RUNS / 4 },
    );
  });
});
