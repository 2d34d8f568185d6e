import { z } from 'zod';

const HELP =
  'must be a time such as 2026-01-31T12:00:00Z (ISO 8601 with Z or an offset, + sent as %2B), or a position as `asOf.position` tells it';
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;

/** `<transaction id>:<global position>` within the range of the two columns: anything beyond is an error of the database. */
function isPosition(text: string): boolean {
  const [, transaction, position] = /^(0|[1-9]\d{0,19}):(0|[1-9]\d{0,19})$/.exec(text) ?? [];
  if (transaction === undefined || position === undefined) return false;
  return BigInt(transaction) <= MAX_UINT64 && BigInt(position) <= MAX_INT64;
}

const time = z.iso.datetime({ offset: true });

/** A moment of the past in a query: a time, or a place in the log. */
export const asOfField = z
  .string(HELP)
  .refine((text) => isPosition(text) || time.safeParse(text).success, HELP)
  .meta({
    description:
      'A moment of the past: a time (ISO 8601), which means the last event recorded at or before it, or a position that an answer told as `asOf.position`.',
    examples: ['2026-01-31T12:00:00Z', '745:1204'],
  });

/** Which of the two it is. */
export function isTime(asOf: string): boolean {
  return !isPosition(asOf);
}
