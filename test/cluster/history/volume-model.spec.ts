import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkLinearizable, type Timed } from './linearizable.js';
import { volumeModel, type VolumeOp, type VolumeState } from './volume-model.js';

const ID = 'f1';
const unlimited = fc.constant(Infinity);

function inProgress(state: VolumeState): string[] {
  if (state.is === 'expanding') return state.pending.map(({ by }) => by);
  return 'by' in state ? [state.by] : [];
}

/** What can happen in a state, with made-up requests; `n` makes them different. */
function possible(state: VolumeState, n: number, sizeGiB: number): VolumeOp[] {
  const by = `r${n}`;
  const outcomes = ['succeeded', 'failed'] as const;
  const candidates: VolumeOp[] = [
    { do: 'begin-create', by, sizeGiB },
    { do: 'begin-expand', by, id: ID, addGiB: sizeGiB },
    { do: 'begin-delete', by, id: ID },
    ...inProgress(state).flatMap((each) =>
      outcomes.map((outcome): VolumeOp => ({ do: 'end', by: each, outcome, id: ID })),
    ),
    { do: 'refused', why: 'name-taken' },
    { do: 'refused', why: 'in-use', id: ID },
    { do: 'refused', why: 'not-found', id: ID },
    { do: 'read', id: ID, sizeGiB: 'sizeGiB' in state ? state.sizeGiB : sizeGiB },
    { do: 'missed', id: ID },
    { do: 'listed', id: ID },
    { do: 'unlisted' },
  ];
  return candidates.filter((op) => volumeModel.step(state, op).length > 0);
}

interface Step {
  readonly choice: number;
  readonly sizeGiB: number;
  readonly before: number;
  readonly after: number;
}

/** A choice, how long before its instant an operation begins, how long after it ends; the instants are a ms apart. */
const anyStep: fc.Arbitrary<Step> = fc.record({
  choice: fc.nat(),
  sizeGiB: fc.integer({ min: 1, max: 3 }),
  before: fc.double({ min: 0, max: 6, noNaN: true }),
  after: fc.oneof(
    { weight: 9, arbitrary: fc.double({ min: 0, max: 6, noNaN: true }) },
    { weight: 1, arbitrary: unlimited },
  ),
});
const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 60 });

/** A true history: something possible happens at every instant, and its client sees a span around it. */
function play(steps: readonly Step[]): Timed<VolumeOp>[] {
  let state = volumeModel.initial;
  return steps.map(({ choice, sizeGiB, before, after }, n) => {
    const ops = possible(state, n, sizeGiB);
    const op = ops[choice % ops.length];
    if (op === undefined) throw new Error('nothing is possible');
    state = volumeModel.step(state, op)[0] ?? state;
    return { op, invokedAt: n - before, returnedAt: n + after, optional: after === Infinity };
  });
}

it('accepts whatever a volume can go through, however the requests overlap', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      expect(checkLinearizable(play(steps), volumeModel)).toEqual({ linearizable: true });
    }),
    { numRuns: 1000 },
  );
});

it('rejects a true history with one false word in it', () => {
  const impossible: VolumeOp[] = [
    { do: 'read', id: ID, sizeGiB: 1000 },
    { do: 'listed', id: 'another' },
    { do: 'end', by: 'nobody', outcome: 'succeeded', id: ID },
  ];
  fc.assert(
    fc.property(anySteps, fc.nat(), fc.constantFrom(...impossible), (steps, where, op) => {
      const history = play(steps);
      const i = where % history.length;
      const invokedAt = history[i]?.invokedAt ?? 0;
      const lying = history.with(i, { op, invokedAt, returnedAt: invokedAt + 1 });
      expect(checkLinearizable(lying, volumeModel).linearizable).toBe(false);
    }),
    { numRuns: 500 },
  );
});

it('rejects a change that was carried out twice', () => {
  fc.assert(
    fc.property(anySteps, fc.nat(), (steps, where) => {
      const history = play(steps.map((step) => ({ ...step, before: 0.2, after: 0.2 })));
      const changes = history.filter(({ op }) => !volumeModel.isRead(op));
      const change = changes[where % changes.length];
      if (change === undefined) return;
      const again = { ...change, invokedAt: change.returnedAt + 0.1, returnedAt: change.returnedAt + 0.2 };
      expect(checkLinearizable([...history, again], volumeModel).linearizable).toBe(false);
    }),
    { numRuns: 500 },
  );
});
