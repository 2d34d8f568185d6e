import type { CommandRecord, OperationEvent } from '#domain';
import type { RecordedEvent } from '#event-store';
import { systemAttribution } from '#kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureReasons, withoutCommandReasons } from './failure-reasons.js';
import { operationTimeline } from './operation-timeline.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const recorded = (events: readonly OperationEvent[]): RecordedEvent[] =>
  events.map((event, nth) => ({
    position: `${nth + 1}:1` as RecordedEvent['position'],
    eventId: `event ${nth}`,
    streamKind: 'operation',
    streamId: 'op',
    streamVersion: nth + 1,
    schemaVersion: 1,
    event,
    attribution: systemAttribution('worker-1', 'op'),
    recordedAt: at(nth),
  }));

const worked: CommandRecord = { node: 'n1.manage', command: 'lvs vg', exitCode: 0, durationMs: 3 };
const refused: CommandRecord = {
  node: 'n1.manage',
  command: 'lvcreate -n brick vg',
  exitCode: 5,
  durationMs: 12,
  stderr: '  insufficient free space\n',
};
const silent: CommandRecord = { node: 'n2.manage', command: 'mkfs.xfs', exitCode: null, durationMs: 60_000 };
const started = (attempt: number): OperationEvent => ({
  type: 'OperationStarted',
  data: { worker: `worker-${attempt}`, attempt, leaseEpochs: {} },
});
const failed = (step: string, reason: string, commands: readonly CommandRecord[]): OperationEvent => ({
  type: 'StepFailed',
  data: { phase: 'bricks', step, commands, reason },
});
const bricks: OperationEvent = { type: 'PhaseStarted', data: { phase: 'bricks', steps: ['brick a', 'brick b'] } };
const doneA: OperationEvent = {
  type: 'StepSucceeded',
  data: { phase: 'bricks', step: 'brick a', commands: [worked], observed: { sizeKiB: 4 } },
};
const life: readonly OperationEvent[] = [
  {
    type: 'OperationAccepted',
    data: {
      operationId: 'op',
      kind: 'volume-create',
      subjectKind: 'volume',
      subjectId: 'v',
      clusterId: 'c',
      requestedBy: 'admin',
      resources: [],
      payload: {},
    },
  },
  started(1),
  bricks,
  failed('brick b', 'cut off', [silent]),
  started(2),
  doneA,
  failed('brick b', 'insufficient free space', [worked, refused]),
  { type: 'OperationCancelRequested', data: { by: 'alice', issuer: 'admin' } },
  { type: 'CompensationStarted', data: { reason: 'insufficient free space' } },
  { type: 'StepUndone', data: { phase: 'bricks', step: 'brick a', commands: [worked] } },
  { type: 'StepUndoFailed', data: { phase: 'bricks', step: 'brick b', commands: [silent], reason: 'no route' } },
  { type: 'OperationFailed', data: { reason: 'insufficient free space', cleanupId: 'clean' } },
];

describe('the timeline of an operation', () => {
  it('says what was done when, in which run and by whom', () => {
    const timeline = operationTimeline(recorded(life));
    expect(timeline).toMatchObject({
      acceptedAt: at(0),
      runs: [
        { attempt: 1, worker: 'worker-1', startedAt: at(1), outOfReach: {} },
        { attempt: 2, worker: 'worker-2', startedAt: at(4) },
      ],
      cancelRequested: { at: at(7), by: 'alice', issuer: 'admin' },
      compensation: { at: at(8), reason: 'insufficient free space' },
      end: { at: at(11), outcome: 'failed', reason: 'insufficient free space', cleanupId: 'clean' },
    });
    const [phase] = timeline.phases;
    expect(phase).toMatchObject({ name: 'bricks', startedAt: at(2) });
    expect(phase?.steps.map(({ name, status }) => [name, status])).toEqual([
      ['brick a', 'undone'],
      ['brick b', 'failed'],
    ]);
    expect(phase?.steps[1]?.tries).toEqual([
      {
        way: 'forward',
        outcome: 'failed',
        at: at(3),
        attempt: 1,
        worker: 'worker-1',
        reason: 'cut off',
        observed: null,
        commands: [silent],
      },
      expect.objectContaining({ way: 'forward', attempt: 2, worker: 'worker-2', commands: [worked, refused] }),
      expect.objectContaining({ way: 'undo', outcome: 'failed', reason: 'no route' }),
    ]);
    expect(phase?.steps[0]?.tries[0]).toMatchObject({ outcome: 'succeeded', observed: { sizeKiB: 4 }, reason: null });
  });

  it('keeps what was achieved where a phase is started again', () => {
    const { phases } = operationTimeline(recorded([started(1), bricks, doneA, started(2), bricks]));
    expect(phases).toHaveLength(1);
    expect(phases[0]?.steps.map(({ status, tries }) => [status, tries.length])).toEqual([
      ['succeeded', 1],
      ['started', 0],
    ]);
  });

  it('comes to the same wherever it is cut', () => {
    const all = recorded(life);
    fc.assert(
      fc.property(fc.nat({ max: all.length }), (cut) => {
        expect(operationTimeline(all.slice(cut), operationTimeline(all.slice(0, cut)))).toEqual(operationTimeline(all));
      }),
    );
  });

  it('passes over what a later version wrote', () => {
    const later = { type: 'OperationPaused', data: {} } as unknown as OperationEvent;
    const [first, ...rest] = life;
    const timeline = operationTimeline(recorded([first!, later, ...rest]));
    expect(timeline.phases).toHaveLength(1);
  });
});

describe('the reasons of a failure', () => {
  const reasons = failureReasons(operationTimeline(recorded(life)));

  it('lead from the phase to what a node said to a command', () => {
    expect(reasons).toEqual([
      {
        rule: 'phase',
        detail: 'phase bricks: 1 of 2 steps failed',
        because: [
          {
            rule: 'step',
            detail: 'step brick b (2 times, the last one here): insufficient free space',
            because: [
              {
                rule: 'command',
                detail:
                  'on n1.manage: lvcreate -n brick vg ended with exit code 5 after 12 ms: insufficient free space',
              },
            ],
          },
          {
            rule: 'undo',
            detail: 'undoing step brick b: no route',
            because: [{ rule: 'command', detail: 'on n2.manage: mkfs.xfs gave no exit code after 60000 ms' }],
          },
        ],
      },
    ]);
  });

  it('can be told without the commands', () => {
    const text = JSON.stringify(withoutCommandReasons(reasons));
    expect(text).toContain('undoing step brick b: no route');
    expect(text).not.toMatch(/lvcreate|mkfs/);
  });

  it('are none where every step has succeeded in the end', () => {
    const mended = [started(1), bricks, failed('brick a', 'busy', [refused]), started(2), doneA];
    expect(failureReasons(operationTimeline(recorded(mended)))).toEqual([]);
  });
});
