import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.js';
import type { Exchange } from './exchange.js';
import { sample as s } from './sample-exchanges.js';

const rulesBroken = (exchanges: readonly Exchange[], disturbed = false): string[] =>
  checkHistory(exchanges, { disturbed }).violations.map(({ rule }) => rule);

const created = [s.create([0, 2], 'v', 'a1'), s.pending([3, 4], 'a1'), s.made([5, 9], 'a1', 'f1')];
const deleted = [...created, s.remove([20, 22], 'f1', 'a2'), s.gone([23, 29], 'a2')];
const expanding = [...created, s.expand([20, 22], 'f1', 2, 'a2'), s.made([23, 29], 'a2', 'f1')];

describe('histories that some order explains', () => {
  it.each<[string, Exchange[]]>([
    ['a life', [...deleted, s.list([30, 31]), s.missed([32, 33], 'f1')]],
    ['a read after the creation', [...created, s.read([10, 11], 'v', 'f1', 1), s.list([12, 13], 'f1')]],
    ['hidden and then shown during the creation', [...created, s.list([3, 4]), s.cluster([5, 6], 'f1')]],
    ['hidden during the deletion', [...deleted, s.missed([23, 24], 'f1'), s.list([25, 26]), s.cluster([26, 27])]],
    ['shown until the deletion is accepted', [...deleted, s.read([20, 21], 'v', 'f1', 1), s.missed([21, 22], 'f1')]],
    [
      'the old size until the expansion ends',
      [...expanding, s.read([23, 24], 'v', 'f1', 1), s.read([28, 30], 'v', 'f1', 3)],
    ],
    ['a creation that fails', [s.create([0, 2], 'v', 'a1'), s.failed([3, 9], 'a1'), s.list([10, 11])]],
    [
      'a deletion that fails shows the volume again',
      [
        ...created,
        s.remove([20, 22], 'f1', 'a2'),
        s.missed([22, 23], 'f1'),
        s.failed([23, 29], 'a2'),
        s.list([30, 31], 'f1'),
      ],
    ],
    [
      'a name that is taken by a creation under way',
      [...created, s.createRefused([3, 4], 'v', "Failed to allocate new volume: Volume name 'v' already in use")],
    ],
    [
      'a volume that another request holds',
      [
        ...deleted,
        s.removeRefused(
          [23, 25],
          'f1',
          'Failed to set up volume delete: The target exists, contains other items, or is in use.',
        ),
      ],
    ],
    ['a second look at an end', [...created, s.made([30, 31], 'a1', 'f1')]],
  ])('%s', (_name, exchanges) => {
    expect(rulesBroken(exchanges)).toEqual([]);
  });

  it.each<[string, Exchange[]]>([
    [
      'a lost creation that took place',
      [s.create([0, 2], 'v', null), s.list([3, 4]), s.list([8, 9], 'f1'), s.read([10, 11], 'v', 'f1', 1)],
    ],
    ['a lost creation that did not', [s.create([0, 2], 'v', null), s.list([3, 4]), s.list([8, 9])]],
    [
      'a lost creation that was sent again under its key',
      [
        s.create([0, 2], 'v', null, { key: 'k' }),
        s.create([3, 4], 'v', 'a1', { key: 'k' }),
        s.made([5, 6], 'a1', 'f1'),
        s.list([7, 8], 'f1'),
      ],
    ],
    [
      'a lost deletion that took place late',
      [...created, s.remove([20, 22], 'f1', null), s.list([50, 51], 'f1'), s.list([60, 61])],
    ],
    [
      'a commit whose answer was lost, found by its operation',
      [s.createUnserved([0, 2], 'v', 'a1'), s.made([5, 6], 'a1', 'f1'), s.list([7, 8], 'f1')],
    ],
    [
      'a commit that came to nothing',
      [s.createUnserved([0, 2], 'v', 'a1'), s.missedOperation([5, 6], 'a1'), s.list([7, 8])],
    ],
    ['turned away, and then taken', [s.createUnserved([-3, -2], 'v', null), ...created]],
    ['a lost poll', [...created, s.get([5, 6], '/queue/a1', null)]],
  ])('with a connection lost: %s', (_name, exchanges) => {
    expect(rulesBroken(exchanges, true)).toEqual([]);
  });
});

describe('histories that nothing explains', () => {
  it.each<[string, string, Exchange[]]>([
    ['linearizable', 'a stale replica hides what was made', [...created, s.list([10, 11])]],
    ['linearizable', 'a stale replica does not know what was made', [...created, s.missed([10, 11], 'f1')]],
    ['linearizable', 'what was deleted is listed again', [...deleted, s.list([30, 31], 'f1')]],
    ['linearizable', 'what was deleted can be read', [...deleted, s.read([30, 31], 'v', 'f1', 1)]],
    ['linearizable', 'a wrong size', [...created, s.read([10, 11], 'v', 'f1', 2)]],
    ['linearizable', 'the old size after the expansion', [...expanding, s.read([30, 31], 'v', 'f1', 1)]],
    [
      'linearizable',
      'back to the old size',
      [...expanding, s.read([23, 24], 'v', 'f1', 3), s.read([25, 26], 'v', 'f1', 1)],
    ],
    ['linearizable', 'shown before it was asked for', [...created.map(later), s.read([10, 11], 'v', 'f1', 1)]],
    [
      'linearizable',
      'two changes of one volume at once',
      [...expanding, s.remove([23, 24], 'f1', 'a3'), s.pending([25, 26], 'a2'), s.gone([27, 28], 'a3')],
    ],
    [
      'linearizable',
      'a refusal for a name that is free',
      [...deleted, s.createRefused([30, 31], 'v', "Failed to allocate new volume: Volume name 'v' already in use")],
    ],
    [
      'linearizable',
      'a deletion of what is there finds nothing',
      [...created, s.removeRefused([10, 11], 'f1', 'Id not found')],
    ],
    ['volume of nobody', 'a volume that nobody made', [...created, s.list([10, 11], 'f1', 'f2')]],
    ['one end', 'another end for another reader', [...created, s.failed([30, 31], 'a1')]],
    ['pending after its end', 'an end that is taken back', [...created, s.pending([30, 31], 'a1')]],
    ['every 202 comes to an end', 'an operation without an end', [s.create([0, 2], 'v', 'a1')]],
    [
      'an operation is never forgotten',
      'a result that is forgotten',
      [...created, s.get([30, 31], '/queue/a1', { status: 404, text: 'Id not found' })],
    ],
    [
      'an answer that is not defined',
      'a fault of ours',
      [s.get([0, 1], '/volumes', { status: 500, text: 'Internal server error (request x)' })],
    ],
    [
      'an answer that is not defined',
      '503 where nothing is wrong',
      [s.get([0, 1], '/volumes', { status: 503, text: 'The database cannot be reached (request x)' })],
    ],
    ['connection lost', 'a lost connection where nothing is wrong', [s.get([0, 1], '/volumes', null)]],
    [
      'X-Pending is true or absent',
      'X-Pending: false',
      [...created, s.get([30, 31], '/volumes', { pending: 'false' })],
    ],
    [
      'free + used = total',
      'space that is gone',
      [s.devices([0, 1], { kind: 'devices', devices: [{ id: 'd', totalKiB: 10, freeKiB: 4, usedKiB: 5 }] })],
    ],
  ])('%s: %s', (rule, _name, exchanges) => {
    expect(rulesBroken(exchanges)).toContain(rule);
  });

  it.each<[string, string, Exchange[]]>([
    [
      'linearizable',
      'a lost creation that comes and goes',
      [s.create([0, 2], 'v', null), s.list([8, 9], 'f1'), s.read([10, 11], 'v', 'f1', 1), s.list([12, 13])],
    ],
    [
      'linearizable',
      'what was turned away and took place',
      [s.createUnserved([0, 2], 'v', null), s.read([10, 11], 'v', 'f1', 1)],
    ],
    [
      'linearizable',
      'a commit whose answer was lost, found, and not there',
      [s.createUnserved([0, 2], 'v', 'a1'), s.made([5, 6], 'a1', 'f1'), s.list([7, 8])],
    ],
    [
      'two volumes of one name',
      'a lost creation that was made twice',
      [
        s.create([0, 2], 'v', null),
        ...created.map(later),
        s.read([200, 201], 'v', 'f2', 1),
        s.list([202, 203], 'f1', 'f2'),
      ],
    ],
    [
      'one key, one operation',
      'a key that makes two',
      [
        s.create([0, 2], 'v', 'a1', { key: 'k' }),
        s.made([3, 4], 'a1', 'f1'),
        s.create([5, 6], 'v', 'a2', { key: 'k' }),
        s.made([7, 8], 'a2', 'f2'),
      ],
    ],
  ])('with a connection lost, %s: %s', (rule, _name, exchanges) => {
    expect(rulesBroken(exchanges, true)).toContain(rule);
  });
});

it('keeps what lists leave out for as long as it proves something', () => {
  const stepsOf = (...exchanges: Exchange[]): number => checkHistory(exchanges, { disturbed: true }).operations;
  const uncertain = [...created, s.remove([20, 22], 'f1', null)];
  expect(stepsOf(...deleted, s.list([25, 26]))).toBe(stepsOf(...deleted) + 1);
  expect(stepsOf(...deleted, s.list([30, 31]))).toBe(stepsOf(...deleted));
  expect(stepsOf(...uncertain, s.list([30, 31]))).toBe(stepsOf(...uncertain) + 1);
});

function later(exchange: Exchange): Exchange {
  return { ...exchange, invokedAt: exchange.invokedAt + 100, returnedAt: exchange.returnedAt + 100 };
}
