import { pendingExpansions, type OperationState, type VolumeState } from '#domain';
import { WorkflowRegistry } from './workflows/registry.js';

const workflows = new WorkflowRegistry();

export interface Progress {
  /** The phase that was started last; null: none. */
  readonly phase: string | null;
  readonly stepsDone: number;
  /** Null where the number of bricks is not known any more, or the kind of operation is not. */
  readonly stepsPlanned: number | null;
  /** While it is undone, and after that. */
  readonly stepsUndone: number;
}

/**
 * How far an operation is, from what is on record: phases that were started say how many steps they have, those still to come
 * are known from the outline of the kind, with as many bricks as its volume has.
 * @param volume of an unfinished operation on one
 */
export function progressOf(operation: OperationState, volume: VolumeState | null): Progress {
  const steps = Object.values(operation.steps);
  return {
    phase: operation.phases.at(-1) ?? null,
    stepsDone: steps.filter(({ status }) => status === 'succeeded').length,
    stepsPlanned: stepsPlanned(operation, volume),
    stepsUndone: steps.filter(({ status }) => status === 'undone').length,
  };
}

function stepsPlanned(operation: OperationState, volume: VolumeState | null): number | null {
  const { kind, status, phases, steps, payload } = operation;
  const begun = Object.keys(steps).length;
  // What has ended has the steps that it has had.
  if (status === 'succeeded' || status === 'failed') return begun;
  if (kind === 'cleanup') return Array.isArray(payload['steps']) ? payload['steps'].length : null;
  if (!workflows.knows(kind)) return null;
  const outline = Object.entries(workflows.of(kind).outline);
  const toCome = outline.filter(([phase]) => !phases.includes(phase) && !isLeftOut(operation, phase));
  return toCome.reduce<number | null>((sum, [, step]) => {
    const count = step.includes('*') ? brickCount(operation, volume) : 1;
    return sum === null || count === null ? null : sum + count;
  }, begun);
}

/** Only a rebalance can be done without. */
function isLeftOut({ payload }: OperationState, phase: string): boolean {
  return phase === 'rebalance' && payload['rebalance'] === false;
}

function brickCount({ kind, operationId }: OperationState, volume: VolumeState | null): number | null {
  if (volume === null) return null;
  if (kind !== 'volume-expand') return volume.brickSets.flat().length;
  const expansion = pendingExpansions(volume).find((pending) => pending.operationId === operationId);
  return expansion?.brickSets.flat().length ?? null;
}
