import { isDeepStrictEqual } from 'node:util';

/** A JSON Schema, or a whole document that references point into. */
export type Schema = Readonly<Record<string, unknown>>;

/** Which of two versions of a schema has to take all that the other one allows. */
export interface Direction {
  /** `input`: what clients send today must stay valid. `output`: what they will read must be what they know. */
  readonly io: 'input' | 'output';
  /** The documents that `$ref`s of the two sides point into. */
  readonly released: Schema;
  readonly present: Schema;
}

interface Sides extends Direction {
  /** Pairs of references under comparison: recursive schemas end here. */
  readonly seen: ReadonlySet<string>;
}

/** They say nothing about which values are valid. */
const ANNOTATIONS = new Set(['description', 'title', 'examples', 'deprecated', '$comment', 'readOnly', 'writeOnly']);
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'] as const;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
const COMPARED = new Set<string>([
  ...['$ref', 'type', 'enum', 'const', 'anyOf', 'oneOf', 'properties', 'required', 'additionalProperties', 'items'],
  ...['default', ...LOWER, ...UPPER],
]);

/** What would break clients between two versions of a schema; empty where nothing would. A keyword that is unknown here may not change. */
export function schemaChanges(at: string, released: Schema, present: Schema, direction: Direction): string[] {
  return compare(at, released, present, { ...direction, seen: new Set() });
}

function compare(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const pair = `${String(released['$ref'])} ${String(present['$ref'])}`;
  const isReference = '$ref' in released || '$ref' in present;
  if (isReference && sides.seen.has(pair)) return [];
  const inner = isReference ? { ...sides, seen: new Set([...sides.seen, pair]) } : sides;
  const before = alternatives(released, sides.released);
  const after = alternatives(present, sides.present);
  // Every value that one side allows has to be allowed by the other: which one is which depends on the direction.
  const [from, to] = sides.io === 'input' ? [before, after] : [after, before];
  return from.flatMap((one) => {
    const changes = to.map((other) =>
      sides.io === 'input' ? compareOne(at, one, other, inner) : compareOne(at, other, one, inner),
    );
    return changes.sort((a, b) => a.length - b.length)[0] ?? [`${at}: allows nothing`];
  });
}

/** The schema as a choice of schemas that have one type each, references resolved. */
function alternatives(schema: Schema, document: Schema): Schema[] {
  const { $ref, ...own } = schema;
  if (typeof $ref === 'string') return alternatives({ ...resolve($ref, document), ...own }, document);
  const { anyOf, oneOf, ...rest } = schema;
  const choice = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (choice !== undefined) return choice.flatMap((one) => alternatives({ ...rest, ...one }, document));
  const types = schema['type'];
  return Array.isArray(types) ? types.map((type: unknown) => ({ ...schema, type })) : [schema];
}

function resolve(reference: string, document: Schema): Schema {
  const path = reference.replace(/^#\//, '').split('/');
  return path.reduce<unknown>((value, key) => (value as Schema | undefined)?.[key], document) as Schema;
}

function compareOne(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const types = typeChanges(at, released, present, sides);
  if (types.length > 0) return types;
  return [
    ...valueChanges(at, released, present, sides),
    ...boundChanges(at, released, present, sides),
    ...propertyChanges(at, released, present, sides),
    ...itemChanges(at, released, present, sides),
    ...otherChanges(at, released, present, sides),
  ];
}

/** [what the values come from, what has to take them] */
function ordered(released: Schema, present: Schema, { io }: Sides): readonly [Schema, Schema] {
  return io === 'input' ? [released, present] : [present, released];
}

function typeChanges(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const [from, to] = ordered(released, present, sides);
  const [given, taken] = [from['type'], to['type']];
  if (taken === undefined || given === taken || (given === 'integer' && taken === 'number')) return [];
  return [`${at}: was ${shown(released['type'], 'anything')}, is ${shown(present['type'], 'anything')}`];
}

function valueChanges(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const [from, to] = ordered(released, present, sides);
  const [allowed, all] = [valuesOf(to), valuesOf(from)];
  if (allowed === null) return [];
  if (all === null) return [`${at}: is not one of the same words any more`];
  const lost = all.filter((value) => !allowed.some((other) => isDeepStrictEqual(value, other)));
  const verb = sides.io === 'input' ? 'may not be' : 'may now be';
  return lost.map((value) => `${at}: ${verb} ${JSON.stringify(value)}`);
}

function valuesOf(schema: Schema): readonly unknown[] | null {
  if ('const' in schema) return [schema['const']];
  return (schema['enum'] as readonly unknown[] | undefined) ?? null;
}

function boundChanges(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const [from, to] = ordered(released, present, sides);
  const number = (schema: Schema, key: string, none: number): number => (schema[key] as number | undefined) ?? none;
  const changed = [
    ...LOWER.filter((key) => number(to, key, -Infinity) > number(from, key, -Infinity)),
    ...UPPER.filter((key) => number(to, key, Infinity) < number(from, key, Infinity)),
  ];
  return changed.map((key) => `${at}: ${key} was ${shown(released[key], 'none')}, is ${shown(present[key], 'none')}`);
}

function shown(value: unknown, none: string): string {
  return typeof value === 'string' || typeof value === 'number' ? value.toString() : none;
}

function propertyChanges(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const [from, to] = ordered(released, present, sides);
  const properties = (schema: Schema): Readonly<Record<string, Schema>> => (schema['properties'] ?? {}) as never;
  const required = (schema: Schema): readonly string[] => (schema['required'] ?? []) as never;
  const word = sides.io === 'input' ? 'is newly required' : 'is not always there any more';
  const missing = required(to).filter((name) => !required(from).includes(name));
  const [before, after] = [properties(released), properties(present)];
  const changes = Object.entries(before).flatMap(([name, old]) => {
    const now = Object.hasOwn(after, name) ? after[name] : undefined;
    return now === undefined ? [`${at}.${name}: is gone`] : compare(`${at}.${name}`, old, now, sides);
  });
  const gone = new Set(Object.keys(before).filter((name) => !Object.hasOwn(after, name)));
  return [
    ...missing.filter((name) => !gone.has(name)).map((name) => `${at}.${name}: ${word}`),
    ...changes,
    ...Object.entries(after).flatMap(([name, now]) =>
      Object.hasOwn(before, name) ? [] : newProperty(`${at}.${name}`, released, now, sides),
    ),
    ...restChanges(at, released, present, sides),
  ];
}

/** A property that had no name of its own: what was allowed for any other name was allowed for it. */
function newProperty(at: string, released: Schema, now: Schema, sides: Sides): string[] {
  const rest = restOf(released);
  if (rest === false) return sides.io === 'input' ? [] : [`${at}: is new where there was nothing else`];
  return compare(at, rest === true ? {} : rest, now, sides);
}

function restOf(schema: Schema): Schema | boolean {
  return (schema['additionalProperties'] ?? true) as Schema | boolean;
}

/** Properties without a name of their own. */
function restChanges(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const [before, after] = [restOf(released), restOf(present)];
  const [from, to] = sides.io === 'input' ? [before, after] : [after, before];
  if (to === true || isDeepStrictEqual(from, to)) return [];
  if (typeof before === 'boolean' || typeof after === 'boolean') {
    return from === false ? [] : [`${at}: its other properties were ${said(before)}, are ${said(after)}`];
  }
  return compare(`${at}.*`, before, after, sides);
}

function said(rest: Schema | boolean): string {
  return typeof rest === 'boolean' ? (rest ? 'anything' : 'none') : JSON.stringify(rest);
}

function itemChanges(at: string, released: Schema, present: Schema, sides: Sides): string[] {
  const [before, after] = [released['items'], present['items']] as readonly (Schema | undefined)[];
  if (before === undefined && after === undefined) return [];
  return compare(`${at}[]`, before ?? {}, after ?? {}, sides);
}

/** Keywords that cannot be compared may not change; nor may the default of an input, which is what silence means. */
function otherChanges(at: string, released: Schema, present: Schema, { io }: Sides): string[] {
  const keys = new Set([...Object.keys(released), ...Object.keys(present)]);
  const strict = [...keys].filter(
    (key) => !ANNOTATIONS.has(key) && (!COMPARED.has(key) || (key === 'default' && io === 'input')),
  );
  return strict
    .filter((key) => !isDeepStrictEqual(released[key], present[key]))
    .map((key) => `${at}: ${key} was ${JSON.stringify(released[key])}, is ${JSON.stringify(present[key])}`);
}
