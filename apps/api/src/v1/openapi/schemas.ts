import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** A JSON Schema, draft 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const LOCAL = '#/$defs/';
const SHARED = '#/components/schemas/';

/**
 * Turns zod schemas into JSON Schemas. Those that have a name (`meta({ id })`) are collected, once, and referred to.
 * What we answer may get more properties later, so answers are left open; what we are sent is closed as it is.
 */
export class SchemaCollector {
  readonly #shared = new Map<string, JsonSchema>();

  /** The named schemas so far, by name. */
  get shared(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#shared].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** @throws Error where two different schemas have one name */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const made = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      override: ({ jsonSchema }) => tidy(jsonSchema, io),
    });
    const { $defs = {}, ...own } = made;
    // The dialect is that of the whole document.
    delete own.$schema;
    for (const [name, shared] of Object.entries($defs)) this.#share(name, pointed(shared) as JsonSchema);
    return pointed(own) as JsonSchema;
  }

  #share(name: string, schema: JsonSchema): void {
    const known = this.#shared.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`two different schemas are named ${name}`);
    }
    this.#shared.set(name, schema);
  }
}

/** Bounds that only say that a whole number fits a double say nothing. */
function tidy(schema: z.core.JSONSchema.BaseSchema, io: 'input' | 'output'): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
  // Of times: the pattern is that of the format, at length.
  if (schema.format === 'date-time') delete schema.pattern;
  delete schema.id;
}

/** References to where the schemas are in the document. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      key,
      key === '$ref' && typeof below === 'string' ? below.replace(LOCAL, SHARED) : pointed(below),
    ]),
  );
}
