import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { readBody } from '../../wire/read-body.js';
import { type FieldError, invalidRequest } from './problem.js';
import type { V1Input, V1Route } from './route.js';

/** What is read of a request. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly raw: Readable;
}

/**
 * Reads a request by its route's schemas: everything that is wrong with path, query and body at once.
 * @throws Problem 400; WireError 413
 */
export async function readInput<Route extends V1Route>(
  route: Route,
  { params, query, raw }: RawInput,
  bodyLimitBytes: number,
): Promise<V1Input<Route>> {
  const errors: FieldError[] = [];
  const read = (schema: z.ZodType | undefined, sent: unknown, prefix: string): unknown => {
    const result = schema?.safeParse(sent) ?? { success: true as const, data: {} };
    if (!result.success) errors.push(...result.error.issues.flatMap((issue) => fieldErrors(schema, issue, prefix)));
    return result.success ? result.data : null;
  };
  const input = {
    params: read(route.params, params, ''),
    query: read(route.query, query, ''),
    body: route.body === undefined ? {} : read(route.body, parsed(await readBody(raw, bodyLimitBytes)), 'body'),
  };
  if (route.query === undefined) errors.push(...noQuery(query, route));
  if (errors.length > 0) throw invalidRequest(errors);
  return input as V1Input<Route>;
}

/** A route without a query takes none: a parameter that has no effect would be taken for one that has. */
function noQuery(query: unknown, { path }: V1Route): FieldError[] {
  const message = `is not a parameter of ${path}, which takes none: leave it out`;
  return Object.keys(query as object).map((field) => ({ field, message }));
}

function fieldErrors(schema: z.ZodType | undefined, issue: z.core.$ZodIssue, prefix: string): FieldError[] {
  const path = [...(prefix === '' ? [] : [prefix]), ...issue.path.map(String)];
  if (issue.code !== 'unrecognized_keys') return [{ field: path.join('.') || 'body', message: issue.message }];
  const known =
    path.length === 0 && schema !== undefined && 'shape' in schema ? Object.keys(schema.shape as object) : [];
  const choice = known.length === 0 ? '' : `, or use ${known.join(', ')}`;
  return issue.keys.map((key) => ({
    field: [...path, key].join('.'),
    message: `is not known here: leave it out${choice}`,
  }));
}

/** @throws Problem 400 naming `body` */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalidRequest([{ field: 'body', message: 'must be JSON' }]);
  }
}
