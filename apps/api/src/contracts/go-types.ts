import { type GoJson, GoNumber, GoObject } from '#kernel';
import { z } from 'zod';

/**
 * The types of Go as zod schemas over what readGoJson gives: each accepts exactly what encoding/json would decode into it
 * and has Go's zero value where the key is missing or null.
 */

const INT64_MAX = 2n ** 63n - 1n;
const FLOAT32_MAX = 3.402_823_466_385_288_6e38;

function isInt64(raw: string): boolean {
  if (!/^-?\d{1,20}$/.test(raw)) return false;
  const value = BigInt(raw);
  return value <= INT64_MAX && value >= -INT64_MAX - 1n;
}

/** int and int64; beyond 2^53 the value is rounded, which no rule can notice. */
export const goInt = z
  .instanceof(GoNumber)
  .refine(({ raw }) => isInt64(raw))
  .transform(({ raw }) => Number(raw))
  .default(0);

export const goFloat32 = z
  .instanceof(GoNumber)
  .refine(({ raw }) => Math.abs(Number(raw)) <= FLOAT32_MAX)
  .transform(({ raw }) => Number(raw))
  .default(0);

export const goString = z.string().default('');

export const goBool = z.boolean().default(false);

/** []string; a null element is the empty string, as in Go. */
export const goStrings = z.array(z.union([z.string(), z.null()]).transform((item) => item ?? '')).default([]);

/** map[string]string; keys keep their case, the last duplicate wins. */
export const goStringMap = z
  .instanceof(GoObject)
  .transform(({ members }, context): ReadonlyMap<string, string> => {
    const map = new Map<string, string>();
    for (const [key, value] of members) {
      if (value !== null && typeof value !== 'string') context.addIssue('not a string');
      else map.set(key, value ?? '');
    }
    return map;
  })
  .default(new Map<string, string>());

function fields(names: readonly string[], value: unknown, context: z.core.$RefinementCtx): unknown {
  if (value === undefined || value === null) return {};
  if (!(value instanceof GoObject)) {
    context.addIssue('not an object');
    return z.NEVER;
  }
  const byFoldedName = new Map(names.map((name) => [name.toLowerCase(), name]));
  const found: Record<string, GoJson> = {};
  for (const [key, member] of value.members) {
    const name = byFoldedName.get(key.toLowerCase());
    if (name !== undefined && member !== null) found[name] = member;
  }
  return found;
}

/** A struct: keys without regard to case, unknown ones ignored, null keeps the zero value, the last duplicate wins. */
export function goStruct<Shape extends z.ZodRawShape>(shape: Shape): z.ZodPreprocess<z.ZodObject<Shape>> {
  return z.preprocess((value, context) => fields(Object.keys(shape), value, context), z.object(shape));
}
