import { createHash } from 'node:crypto';
import type { Json } from '#kernel';
import { z } from 'zod';
import { invalidRequest } from './problem.js';
import type { V1Route } from './route.js';

const FOREIGN =
  'is not one that this list gave for these parameters: send `next` unchanged, or leave it out to begin anew';
const CHECK_LENGTH = 12;

/** [place, check]: where to go on, and that it is what this list said for these parameters. */
const envelope = z.tuple([z.json(), z.string()]);

type Query = Readonly<Record<string, unknown>>;

/**
 * A cursor belongs to one list and one set of its parameters but the size of a page: under others it would go on somewhere
 * in the middle of something else. No secret is involved: whoever makes one himself gets only what he may read anyway.
 */
function checkOf({ operationId }: Pick<V1Route, 'operationId'>, query: Query, place: Json): string {
  const filters = Object.entries(query).filter(
    ([name, value]) => name !== 'cursor' && name !== 'limit' && value != null,
  );
  const sorted = filters.sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([operationId, sorted, place]);
  return createHash('sha256').update(text).digest('base64url').slice(0, CHECK_LENGTH);
}

/** The cursor of the place after which the next page of a list begins. */
export function writeCursor(route: Pick<V1Route, 'operationId'>, query: Query, place: Json): string {
  return Buffer.from(JSON.stringify([place, checkOf(route, query, place)])).toString('base64url');
}

/**
 * The place that a request's `cursor` names, null where it has none.
 * @param query as the route's schema read it
 * @throws Problem 400 naming `cursor` for one of another list, of other parameters, or that was changed
 */
export function readCursor<Place extends z.ZodType>(
  route: Pick<V1Route, 'operationId'>,
  query: Query,
  place: Place,
): z.output<Place> | null {
  const { cursor } = query;
  if (typeof cursor !== 'string') return null;
  const read = envelope.safeParse(jsonOf(cursor));
  const known = read.success && checkOf(route, query, read.data[0]) === read.data[1];
  const found = known ? place.safeParse(read.data[0]) : null;
  if (found?.success !== true) throw invalidRequest([{ field: 'cursor', message: FOREIGN }]);
  return found.data;
}

/** Undefined where it is none. Only the one spelling that we write is read. */
function jsonOf(cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.toString('base64url') !== cursor) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
