import { comparePositions, type LogPosition, logPosition, splitPosition } from '#event-store';
import type { LogOrder } from './filter.js';

/** A piece of the log: from a place on, up to but without another one. */
export interface LogRange {
  readonly from: LogPosition;
  readonly before: LogPosition;
}

export const BEGINNING = logPosition('0', '0');
/** Behind everything that there can be. */
export const END = logPosition((2n ** 64n - 1n).toString(), '0');

/** The first place after an event. */
export function justAfter(position: LogPosition): LogPosition {
  const { transactionId, globalPosition } = splitPosition(position);
  return logPosition(transactionId, (BigInt(globalPosition) + 1n).toString());
}

export function intersection(a: LogRange, b: LogRange): LogRange {
  return {
    from: comparePositions(a.from, b.from) > 0 ? a.from : b.from,
    before: comparePositions(a.before, b.before) < 0 ? a.before : b.before,
  };
}

/** What is left of a range behind an event, in the order of reading. */
export function rest(range: LogRange, order: LogOrder, after: LogPosition | null): LogRange {
  if (after === null) return range;
  return intersection(
    range,
    order === 'oldest-first' ? { from: justAfter(after), before: range.before } : { from: range.from, before: after },
  );
}

/** What of a range comes up to an event, that one included, in the order of reading. */
export function upTo(range: LogRange, order: LogOrder, last: LogPosition): LogRange {
  return intersection(
    range,
    order === 'oldest-first' ? { from: range.from, before: justAfter(last) } : { from: last, before: range.before },
  );
}
