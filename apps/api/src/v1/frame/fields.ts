import { z } from 'zod';

/** The id of an object in a path, or as a filter. */
export const idField = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be an id: 32 lower-case hex digits, as lists give them')
  .meta({ description: 'An id: 32 lower-case hex digits.', examples: ['0123456789abcdef0123456789abcdef'] });

/** A whole number in a query, `1000` and not `1e3`. */
export function wholeNumberField(range: { min: number; max: number; default: number; description: string }) {
  const { min, max, description } = range;
  const message = `must be one whole number from ${min} to ${max}`;
  const number = z.number(message).int(message).min(min, message).max(max, message);
  return z
    .preprocess((sent) => (typeof sent === 'string' && /^\d{1,9}$/.test(sent) ? Number(sent) : sent), number)
    .default(range.default)
    .meta({ description, default: range.default });
}

/** Yes or no in a query. */
export function flagField(description: string) {
  return z.enum(['true', 'false'], 'must be true or false').optional().meta({ description });
}

/** A moment in a query, ISO 8601 with its offset. */
export const timeField = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z: ISO 8601 with Z or an offset' })
  .meta({ description: 'A time, ISO 8601, with Z or an offset.' });

/** How much of a list is wanted, and where to go on. Every list of ours takes these two. */
export const pageFields = {
  limit: wholeNumberField({ min: 1, max: 1000, default: 100, description: 'The most items that one answer may have.' }),
  cursor: z
    .string('must be sent once')
    .min(1, 'is empty: leave it out to begin at the beginning')
    .optional()
    .meta({ description: 'Where to go on: `next` of the answer before, unchanged, with the same other parameters.' }),
};

/** A list of ours: the items of one page and where the next one begins. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return {
    items: z.array(item),
    next: z.string().nullable().meta({
      description: 'The cursor of the next page; null after the last one. A page may be short, even empty, before it.',
    }),
  };
}

/** Times in answers. */
export const timeAnswer = z.iso.datetime().meta({ description: 'ISO 8601, UTC.' });
