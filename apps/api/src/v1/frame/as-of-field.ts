import { isPosition, parsePosition } from '#event-store';
import { z } from 'zod';

const HELP =
  'must be a time such as 2026-01-31T12:00:00Z (ISO 8601 with Z or an offset, + sent as %2B), or a position as `asOf.position` tells it';
const time = z.iso.datetime({ offset: true });

/** A place in the log in a cursor, which anybody can make by hand. */
export const placeField = z.string().refine(isPosition).transform(parsePosition);

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
