import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePositions, logPosition, parsePosition, splitPosition } from './log-position.js';

const upTo = (max: bigint) =>
  fc.oneof(
    fc.bigInt({ min: 0n, max }),
    // Near each other and around the length changes, where comparing text goes wrong.
    fc.bigInt({ min: 0n, max: 120n }),
  );
const place = fc.tuple(upTo(2n ** 64n - 1n), upTo(2n ** 63n - 1n));
const position = ([tx, at]: readonly [bigint, bigint]) => logPosition(tx.toString(), at.toString());
const sign = (n: number) => Math.sign(n);

describe('comparePositions', () => {
  it('orders as the pairs of numbers do', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const byTransaction = a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
        const byPosition = a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;
        expect(sign(comparePositions(position(a), position(b)))).toBe(byTransaction || byPosition);
      }),
    );
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(place, place, place, (x, y, z) => {
        const [a, b, c] = [position(x), position(y), position(z)];
        expect(comparePositions(a, a)).toBe(0);
        expect(sign(comparePositions(a, b)) + sign(comparePositions(b, a))).toBe(0);
        expect(comparePositions(a, b) === 0).toBe(a === b);
        if (comparePositions(a, b) <= 0 && comparePositions(b, c) <= 0) {
          expect(comparePositions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it('puts the transaction before the position', () => {
    expect(comparePositions(parsePosition('9:100'), parsePosition('10:1'))).toBeLessThan(0);
  });
});

describe('parsePosition', () => {
  it('gives back what a position was made of', () => {
    fc.assert(
      fc.property(place, (a) => {
        expect(splitPosition(parsePosition(position(a)))).toEqual({
          transactionId: a[0].toString(),
          globalPosition: a[1].toString(),
        });
      }),
    );
  });

  const beyond = [`${2n ** 64n}:1`, `1:${2n ** 63n}`, `${'9'.repeat(21)}:1`];
  it.each(['', '1', '1:', ':1', '01:1', '1:-1', '1:1:1', ' 1:1', '1:1; drop table event', ...beyond])(
    'refuses %j',
    (text) => {
      expect(() => parsePosition(text)).toThrow('not a position');
    },
  );
});
