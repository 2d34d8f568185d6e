import type { BrickReservation, OperationState, VolumeState } from '#domain';
import type { Phase, Step, StepContext } from '../workflow.js';
import { brickStep } from './bricks.js';
import { lookAt, onVolume, volumeSpec } from './gluster.js';

const inUse = { inUse: true } as const;

/**
 * Bricks that were to be added to a volume. Where they are found in it long after, clients may have written to them: taking
 * them out by force would lose that, so they are left in, and belong to the volume from then on.
 */
export function sparedInUse(phase: Phase, volume: VolumeState): Phase {
  const spared = (step: Step): Step => {
    const { brick, undo } = step;
    if (brick === undefined) return step;
    return {
      ...step,
      undoLate: async (context) => {
        if (await isInVolume(context, volume, brick)) return inUse;
        await undo(context);
        return null;
      },
    };
  };
  return { ...phase, steps: phase.steps.map(spared) };
}

async function isInVolume(context: StepContext, volume: VolumeState, brick: BrickReservation): Promise<boolean> {
  const { brickSets } = await volumeSpec(context, volume, [[brick]]);
  const found = await onVolume(context, volume, (via) => lookAt(context, via, volume), null);
  return brickSets.flat().some(({ storageHost, path }) => found?.bricks.includes(`${storageHost}:${path}`) === true);
}

/** Of the bricks of a cleanup those that it has found in use. */
export function bricksInUse(cleanup: OperationState, bricks: readonly BrickReservation[]): BrickReservation[] {
  return bricks.filter((brick) => {
    const observed = cleanup.steps[brickStep(brick)]?.observed ?? null;
    return typeof observed === 'object' && observed !== null && 'inUse' in observed;
  });
}
