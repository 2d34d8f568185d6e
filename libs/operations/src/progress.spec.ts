import { outcome, run, runToEnd, refuse } from '#test/operation-runs';
import { carriedOutKinds, OperationWorld, operationId } from '#test/operation-world';
import { describe, expect, it } from 'vitest';
import { progressOf, type Progress } from './progress.js';

function progress(world: OperationWorld, id = operationId): Progress {
  const operation = world.ledger.stateOf('operation', id);
  const volume = operation.subjectKind === 'volume' ? world.ledger.stateOf('volume', operation.subjectId) : null;
  return progressOf(operation, volume);
}

describe('the progress of an operation', () => {
  it.each(carriedOutKinds)(
    'of kind %s has as many steps planned from the beginning as it has done in the end',
    async (kind) => {
      const world = new OperationWorld().accept(kind);
      const planned: (number | null)[] = [progress(world).stepsPlanned];
      world.ledger.afterCommit = () => void planned.push(progress(world).stepsPlanned);
      await runToEnd(world);
      expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
      const { stepsDone, stepsPlanned } = progress(world);
      expect(stepsDone).toBe(stepsPlanned);
      expect(new Set(planned)).toEqual(new Set([stepsDone]));
    },
  );

  it('knows that a rebalance is left out', () => {
    expect(progress(new OperationWorld().accept('volume-expand', { rebalance: false })).stepsPlanned).toBe(4);
  });

  it('says how much of it is undone', async () => {
    const world = new OperationWorld().accept('volume-create');
    refuse(world, 'start');
    await runToEnd(world);
    expect(progress(world)).toEqual({ phase: 'start', stepsDone: 0, stepsPlanned: 5, stepsUndone: 5 });
  });

  it('of a cleanup has the steps that are owed', async () => {
    const world = new OperationWorld().accept('volume-delete');
    refuse(world, 'remove b2');
    await runToEnd(world);
    const { cleanupId = '' } = world.ledger.stateOf('operation', operationId);
    expect(progress(world, cleanupId)).toEqual({ phase: null, stepsDone: 0, stepsPlanned: 1, stepsUndone: 0 });
    world.nodes.fault = () => undefined;
    await run(world, { id: cleanupId });
    expect(progress(world, cleanupId)).toMatchObject({ stepsDone: 1, stepsPlanned: 1 });
  });

  it('does not guess where the volume is not known', () => {
    const world = new OperationWorld().accept('volume-delete');
    expect(progressOf(world.ledger.stateOf('operation', operationId), null).stepsPlanned).toBeNull();
  });
});
