import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '#kernel';
import { countingIds } from '../testing/placement-samples.js';
import { randomProblems } from '#test/random-sites';
import { planVolumeCreate, type VolumePlan } from './plan-volume.js';

const sites = fc.array(randomProblems, { minLength: 1, maxLength: 3 });

/** A volume asked of several clusters, under the id of an operation. */
function planned(problems: readonly (typeof randomProblems extends fc.Arbitrary<infer T> ? T : never)[], seed: string) {
  const [{ request, settings } = { request: null, settings: null }] = problems;
  if (request === null) throw new Error('no site');
  const offers = problems.map(({ nodes }, index) => ({
    clusterId: `c${index.toString()}`,
    file: true,
    block: false,
    volumeCount: 0,
    nameTaken: false,
    nodes,
  }));
  const volume = { ...request, volumeId: 'v', name: 'v', block: false };
  try {
    return planVolumeCreate(volume, offers, { settings, seed, newBrickId: countingIds() });
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
}

const summary = (plan: VolumePlan | string) =>
  typeof plan === 'string' ? plan : { cluster: plan.clusterId, sets: plan.brickSets.map((bricks) => bricks.length) };

describe('a plan and the request itself', { timeout: 300_000 }, () => {
  it('agree on everything but devices that are as good as each other', () => {
    const answers = { feasible: 0, refused: 0 };
    fc.assert(
      fc.property(sites, fc.string(), fc.string(), (problems, planId, operationId) => {
        const plan = planned(problems, planId);
        answers[typeof plan === 'string' ? 'refused' : 'feasible'] += 1;
        expect(summary(planned(problems, operationId))).toEqual(summary(plan));
        expect(planned(problems, planId)).toEqual(plan);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(answers.feasible, answers.refused)).toBeGreaterThan(30);
  });
});
