import { describe, it } from 'vitest';
import { specificationOf } from '../testing/decider-specification.js';
import { sampleId } from '../testing/samples.js';
import { type OperationCommand, operationDecider } from './decide.js';
import type { CommandRecord, OperationDescription, OperationEvent } from './events.js';

const { given } = specificationOf(operationDecider);
const operation: OperationDescription = {
  operationId: sampleId('operation'),
  kind: 'volume-create',
  subjectKind: 'volume',
  subjectId: sampleId('volume'),
  clusterId: sampleId('cluster'),
  requestedBy: 'admin',
  resources: [`volume/${sampleId('volume')}`],
  payload: {},
};
const { operationId } = operation;
const commands: readonly CommandRecord[] = [{ node: 'node1', command: 'lvs', exitCode: 0, durationMs: 12 }];
const lease = { worker: 'worker-1', attempt: 1, leaseEpochs: { [`volume/${sampleId('volume')}`]: 1 } };
const step = { phase: 'bricks', step: 'brick-a', commands };

const accepted: OperationEvent = { type: 'OperationAccepted', data: operation };
const started: OperationEvent = { type: 'OperationStarted', data: lease };
const phase: OperationEvent = { type: 'PhaseStarted', data: { phase: 'bricks', steps: ['brick-a', 'brick-b'] } };
const doneA: OperationEvent = { type: 'StepSucceeded', data: { ...step, observed: null } };
const doneB: OperationEvent = { type: 'StepSucceeded', data: { ...step, step: 'brick-b', observed: { sizeKiB: 1 } } };
const failedB: OperationEvent = { type: 'StepFailed', data: { ...step, step: 'brick-b', reason: 'no' } };
const compensating: OperationEvent = { type: 'CompensationStarted', data: { reason: 'no' } };
const undone: OperationEvent = { type: 'StepUndone', data: step };
const succeeded: OperationEvent = { type: 'OperationSucceeded', data: { location: '/volumes/x' } };
const failed: OperationEvent = { type: 'OperationFailed', data: { reason: 'no' } };
const running = [accepted, started, phase];

describe('an operation', () => {
  it('is accepted once', () => {
    given([]).when({ type: 'AcceptOperation', operation }).then([accepted]);
    given([accepted]).when({ type: 'AcceptOperation', operation }).thenRefused('conflict', 'Id already exists');
  });
  it('is started, and started again by the worker that takes over', () => {
    given([accepted])
      .when({ type: 'StartOperation', ...lease })
      .then([started]);
    given(running)
      .when({ type: 'StartOperation', ...lease })
      .then([started]);
    given([...running, compensating])
      .when({ type: 'StartOperation', ...lease })
      .then([started]);
  });
  it('runs phases and records their steps', () => {
    given([accepted, started])
      .when({ type: 'StartPhase', phase: 'bricks', steps: ['brick-a', 'brick-b'] })
      .then([phase]);
    given(running)
      .when({ type: 'RecordStepSuccess', ...step, observed: null })
      .then([doneA]);
    given(running)
      .when({ type: 'RecordStepFailure', ...step, step: 'brick-b', reason: 'no' })
      .then([failedB]);
  });
  it('records no step whose phase was never started', () => {
    given([accepted, started])
      .when({ type: 'RecordStepSuccess', ...step, observed: null })
      .thenFaulty(/never started/);
    given([...running, compensating])
      .when({ type: 'RecordStepUndone', ...step, step: 'brick-z' })
      .thenFaulty(/never started/);
  });
  it('is undone step by step', () => {
    given([...running, failedB])
      .when({ type: 'StartCompensation', reason: 'no' })
      .then([compensating]);
    given([...running, compensating])
      .when({ type: 'RecordStepUndone', ...step })
      .then([undone]);
    given([...running, compensating])
      .when({ type: 'RecordStepUndoFailure', ...step, reason: 'busy' })
      .then([{ type: 'StepUndoFailed', data: { ...step, reason: 'busy' } }]);
  });
  it('goes forward or back, not both', () => {
    const text = `Operation ${operationId} is compensating`;
    const back = given([...running, compensating]);
    back.when({ type: 'StartPhase', phase: 'x', steps: [] }).thenRefused('conflict', text);
    back.when({ type: 'RecordStepSuccess', ...step, observed: null }).thenRefused('conflict', text);
    back.when({ type: 'SucceedOperation', location: null }).thenRefused('conflict', text);
    given(running)
      .when({ type: 'RecordStepUndone', ...step })
      .thenRefused('conflict', `Operation ${operationId} is running`);
  });
  it('succeeds when every step has', () => {
    given([...running, doneA, doneB])
      .when({ type: 'SucceedOperation', location: '/volumes/x' })
      .then([succeeded]);
    given([...running, doneA, failedB])
      .when({ type: 'SucceedOperation', location: null })
      .thenRefused('conflict', `Operation ${operationId} has unfinished steps: brick-b (failed)`);
  });
  it('succeeds without steps that a cleanup owes, and fails with them named too', () => {
    const debt = { cleanupId: sampleId('cleanup'), steps: ['brick-b'] };
    const { cleanupId } = debt;
    const stuck = given([...running, doneA, failedB]);
    stuck
      .when({ type: 'SucceedOperation', location: null, debt })
      .then([{ type: 'OperationSucceeded', data: { location: null, cleanupId } }]);
    stuck
      .when({ type: 'SucceedOperation', location: null, debt: { cleanupId, steps: ['brick-a'] } })
      .thenRefused('conflict', `Operation ${operationId} has unfinished steps: brick-b (failed)`);
    given([...running, compensating])
      .when({ type: 'FailOperation', reason: 'no', debt })
      .then([{ type: 'OperationFailed', data: { reason: 'no', cleanupId } }]);
  });
  it('counts runs that ended by a failure, not those that were cut off', () => {
    given(running)
      .when({ type: 'RecordStepFailure', ...step, reason: 'no', failedRuns: 3 })
      .then([{ type: 'StepFailed', data: { ...step, reason: 'no', failedRuns: 3 } }]);
    given(running)
      .when({ type: 'RecordStepFailure', ...step, reason: 'cut off' })
      .then([{ type: 'StepFailed', data: { ...step, reason: 'cut off' } }]);
  });
  it('remembers which nodes were away when a run began', () => {
    const away = { ...lease, outOfReach: { [sampleId('node2')]: '2026-01-01T00:00:00.000Z' } };
    given(running)
      .when({ type: 'StartOperation', ...away })
      .then([{ type: 'OperationStarted', data: away }]);
  });
  it.each([{ history: [accepted] }, { history: running }, { history: [...running, compensating] }])(
    'can fail at any time',
    ({ history }) => given(history).when({ type: 'FailOperation', reason: 'no' }).then([failed]),
  );

  describe('is cancelled', () => {
    const by = { by: 'alice', issuer: 'admin' };
    const cancel = { type: 'RequestCancel', ...by, noWayBackFrom: 'volume' } as const;
    const requested: OperationEvent = {
      type: 'OperationCancelRequested',
      data: { ...by, noWayBackFrom: 'volume' },
    };
    const turned: OperationEvent = { type: 'CompensationStarted', data: { reason: 'Cancelled by alice' } };

    it('before it is started, and while it runs', () => {
      given([accepted]).when(cancel).then([requested]);
      given(running).when(cancel).then([requested]);
      given(running)
        .when({ type: 'RequestCancel', ...by })
        .then([{ type: 'OperationCancelRequested', data: by }]);
    });
    it('once: asked for again nothing changes, to its end', () => {
      for (const later of [[], [turned], [turned, failed]]) {
        given([...running, requested, ...later])
          .when({ ...cancel, by: 'bob' })
          .then([]);
      }
    });
    it('at the next phase, which is not started any more', () => {
      given([...running, doneA, doneB, requested])
        .when({ type: 'StartPhase', phase: 'volume', steps: ['volume'] })
        .then([turned]);
      given([...running, requested])
        .when({ type: 'RecordStepSuccess', ...step, observed: null })
        .then([doneA]);
    });
    it('also after its last step: success can no longer be claimed', () => {
      given([...running, doneA, doneB, requested])
        .when({ type: 'SucceedOperation', location: null })
        .thenRefused('conflict', 'Cancelled by alice');
    });
    it('not once the phase has begun from which on there is no way back', () => {
      const volume: OperationEvent = { type: 'PhaseStarted', data: { phase: 'volume', steps: ['volume'] } };
      const text = 'phase volume has begun, from which on there is no way back';
      given([...running, doneA, doneB, volume])
        .when(cancel)
        .thenRefused('conflict', `Operation ${operationId} cannot be cancelled: ${text}`);
      // A worker that does not know the request has started it.
      const lapsed = given([...running, doneA, doneB, requested, volume]);
      lapsed.when(cancel).thenRefused('conflict', `Operation ${operationId} cannot be cancelled: ${text}`);
      lapsed
        .when({ type: 'StartPhase', phase: 'start', steps: [] })
        .then([{ type: 'PhaseStarted', data: { phase: 'start', steps: [] } }]);
      given([...running, doneA, doneB, requested, volume])
        .when({ type: 'SucceedOperation', location: null, debt: { cleanupId: 'c', steps: ['volume'] } })
        .then([{ type: 'OperationSucceeded', data: { location: null, cleanupId: 'c' } }]);
    });
    it('not where it is undone already, has ended, never was, or cleans up', () => {
      const refused = (history: readonly OperationEvent[], text: string): void =>
        given(history).when(cancel).thenRefused('conflict', `Operation ${operationId} ${text}`);
      refused([...running, failedB, compensating], 'is being undone already: no');
      refused([...running, doneA, doneB, succeeded], 'has ended: it is succeeded');
      refused([...running, compensating, failed], 'has ended: it is failed');
      refused(
        [{ type: 'OperationAccepted', data: { ...operation, kind: 'cleanup' } }, started],
        'is a cleanup and goes on until the nodes are as they should be',
      );
      given([]).when(cancel).thenRefused('not-found', 'Id not found');
    });
  });

  const everything: readonly OperationCommand[] = [
    { type: 'StartOperation', ...lease },
    { type: 'StartPhase', phase: 'x', steps: [] },
    { type: 'RecordStepSuccess', ...step, observed: null },
    { type: 'RecordStepFailure', ...step, reason: '' },
    { type: 'StartCompensation', reason: '' },
    { type: 'RecordStepUndone', ...step },
    { type: 'RecordStepUndoFailure', ...step, reason: '' },
    { type: 'SucceedOperation', location: null },
    { type: 'FailOperation', reason: '' },
  ];
  it.each(everything)('$type is refused after the end, and where there is no operation', (command) => {
    given([...running, doneA, doneB, succeeded])
      .when(command)
      .thenRefused('conflict', `Operation ${operationId} is succeeded`);
    given([...running, compensating, failed])
      .when(command)
      .thenRefused('conflict', `Operation ${operationId} is failed`);
    given([]).when(command).thenRefused('not-found', 'Id not found');
  });
});
