import type { LogPosition } from './event-store.js';

const POSITION = /^(0|[1-9]\d{0,19}):(0|[1-9]\d{0,19})$/;
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;

/** Whether a text is a position, within the range of the two columns: anything beyond is an error of the database. */
export function isPosition(text: string): text is LogPosition {
  const [, transaction, position] = POSITION.exec(text) ?? [];
  if (transaction === undefined || position === undefined) return false;
  return BigInt(transaction) <= MAX_UINT64 && BigInt(position) <= MAX_INT64;
}

/** The position of an event from its two columns, as the driver gives them: decimal text. */
export function logPosition(transactionId: string, globalPosition: string): LogPosition {
  const text = `${transactionId}:${globalPosition}`;
  if (!POSITION.test(text)) throw new Error(`not a position in the log: ${JSON.stringify(text)}`);
  return text as LogPosition;
}

/** A position that came from outside (a cursor, a header). @throws Error where it is none */
export function parsePosition(text: string): LogPosition {
  if (!isPosition(text)) throw new Error(`not a position in the log: ${JSON.stringify(text)}`);
  return text;
}

/** The two columns of a position. */
export function splitPosition(position: LogPosition): { transactionId: string; globalPosition: string } {
  const [transactionId = '', globalPosition = ''] = position.split(':');
  return { transactionId, globalPosition };
}

/** Without leading zeros the longer number is the larger one. Both reach 64 bits, which a double cannot hold. */
function compareDecimals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Log order: negative where `a` comes before `b`, zero where they are the same place. */
export function comparePositions(a: LogPosition, b: LogPosition): number {
  const [left, right] = [splitPosition(a), splitPosition(b)];
  return (
    compareDecimals(left.transactionId, right.transactionId) ||
    compareDecimals(left.globalPosition, right.globalPosition)
  );
}
