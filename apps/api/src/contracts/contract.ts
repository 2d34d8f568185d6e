import { GoJsonError, readGoJson } from '#kernel';
import type { z } from 'zod';
import { WireError } from '../wire/wire-error.js';
import { type Violations, refuse } from './violations.js';

/** What a route expects in its body. */
export interface Contract<T> {
  /** The types; what does not fit them is 422. */
  readonly shape: z.ZodType<T>;
  /** The rules; what breaks them is 400. */
  rules?(body: T): Violations | null;
  /** Whether no body at all means all defaults. */
  readonly emptyAllowed?: boolean;
}

function parse(text: string): unknown {
  try {
    return readGoJson(text);
  } catch (error) {
    if (error instanceof GoJsonError) throw unparsable();
    throw error;
  }
}

function unparsable(): WireError {
  return new WireError(422, 'request unable to be parsed');
}

/**
 * Reads a body by its contract.
 * @throws WireError 422 for what is not JSON of the right types; DomainError for broken rules
 */
export function readContract<T>(contract: Contract<T>, body: Buffer): T {
  const text = body.toString('utf8');
  const absent = contract.emptyAllowed === true && body.length === 0;
  const parsed = contract.shape.safeParse(absent ? null : parse(text));
  if (!parsed.success) throw unparsable();
  refuse(contract.rules?.(parsed.data) ?? null);
  return parsed.data;
}
