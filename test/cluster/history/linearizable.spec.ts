import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLinearizable, type SequentialModel, type Timed } from './linearizable.js';

type Op = { readonly write: number } | { readonly read: number };

const register: SequentialModel<number, Op> = {
  initial: 0,
  step: (state, op) => ('write' in op ? [op.write] : op.read === state ? [state] : []),
  isRead: (op) => 'read' in op,
  key: String,
};

const at = (invokedAt: number, returnedAt: number, op: Op, optional = false): Timed<Op> => ({
  op,
  invokedAt,
  returnedAt,
  optional,
});
const fits = (history: readonly Timed<Op>[]): boolean => checkLinearizable(history, register).linearizable;

describe('a register', () => {
  it.each<[string, boolean, Timed<Op>[]]>([
    ['an empty history', true, []],
    ['a read of the first value', true, [at(0, 1, { read: 0 })]],
    ['a read of a value that nobody wrote', false, [at(0, 1, { read: 7 })]],
    ['a read after a write', true, [at(0, 1, { write: 1 }), at(2, 3, { read: 1 })]],
    ['a stale read after a write', false, [at(0, 1, { write: 1 }), at(2, 3, { read: 0 })]],
    ['either value during a write', true, [at(0, 9, { write: 1 }), at(1, 2, { read: 0 }), at(3, 4, { read: 1 })]],
    ['back in time during a write', false, [at(0, 9, { write: 1 }), at(1, 2, { read: 1 }), at(3, 4, { read: 0 })]],
    ['an unknown write that shows late', true, [at(0, Infinity, { write: 1 }, true), at(50, 51, { read: 1 })]],
    ['an unknown write that never shows', true, [at(0, Infinity, { write: 1 }, true), at(50, 51, { read: 0 })]],
    [
      'an unknown write that shows and goes away',
      false,
      [at(0, Infinity, { write: 1 }, true), at(50, 51, { read: 1 }), at(60, 61, { read: 0 })],
    ],
    ['an instant shared by an end and a beginning', true, [at(0, 1, { write: 1 }), at(1, 2, { read: 0 })]],
  ])('%s: %s', (_name, expected, history) => {
    expect(fits(history)).toBe(expected);
  });

  it('says where it got stuck', () => {
    const history = [at(0, 1, { write: 1 }), at(2, 3, { write: 2 }), at(4, 5, { read: 1 })];
    expect(checkLinearizable(history, register)).toMatchObject({
      linearizable: false,
      state: 2,
      fitted: [{ op: { write: 1 } }, { op: { write: 2 } }],
      stuck: [{ op: { read: 1 } }],
      gaveUpAfter: null,
    });
  });

  it('says that it gave up rather than that all is well', () => {
    const writes = Array.from({ length: 12 }, (_, i) => at(0, 99, { write: i }));
    const verdict = checkLinearizable([...writes, at(100, 101, { read: 77 })], register, 50);
    expect(verdict).toMatchObject({ linearizable: false, gaveUpAfter: 50 });
  });

  it('is quick where a long history is mostly reads', () => {
    const history = Array.from({ length: 20_000 }, (_, i) =>
      i % 100 === 0 ? at(i, i + 1.5, { write: i }) : at(i, i + 40, { read: i - (i % 100) }),
    );
    // The reads at the end of a hundred overlap the next write.
    expect(fits(history)).toBe(true);
  });
});

/** Every order, tried one by one: slow, and beyond doubt. */
function bruteForce(rest: readonly Timed<Op>[], state: number): boolean {
  if (rest.every(({ optional }) => optional === true)) return true;
  return rest.some((candidate, i) => {
    const others = rest.filter((_, j) => j !== i);
    if (others.some(({ returnedAt }) => returnedAt < candidate.invokedAt)) return false;
    return register.step(state, candidate.op).some((next) => bruteForce(others, next));
  });
}

const anyOp = fc.oneof(
  fc.record({ write: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ read: fc.integer({ min: 0, max: 2 }) }),
);
const anyTimed = fc
  .record({ op: anyOp, invokedAt: fc.nat(20), lasts: fc.nat(10), unknown: fc.boolean() })
  .map(({ op, invokedAt, lasts, unknown }): Timed<Op> =>
    unknown && 'write' in op ? at(invokedAt, Infinity, op, true) : at(invokedAt, invokedAt + lasts, op),
  );

it('agrees with trying every order', () => {
  fc.assert(
    fc.property(fc.array(anyTimed, { maxLength: 6 }), (history) => {
      expect(fits(history)).toBe(bruteForce(history, 0));
    }),
    { numRuns: 2000 },
  );
});
