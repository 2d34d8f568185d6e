import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Document, breakingChanges } from './breaking-changes.js';
import { type Schema, schemaChanges } from './schema-changes.js';

const operation = {
  operationId: 'makeThing',
  'x-brickyard-roles': ['admin', 'auditor'],
  security: [{ bearer: [] }],
  parameters: [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    { name: 'sort', in: 'query', required: false, schema: { type: 'string', enum: ['up', 'down'], default: 'up' } },
    { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 9 } },
  ],
  requestBody: { required: false, content: { 'application/json': { schema: { $ref: '#/components/schemas/Ask' } } } },
  responses: {
    '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
    '409': { content: { 'application/problem+json': { schema: { type: 'object' } } } },
  },
};
const ask = {
  type: 'object',
  properties: { size: { type: 'number' }, name: { type: 'string', maxLength: 8 }, any: {} },
  required: ['size'],
  additionalProperties: false,
};
const thing = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^a' },
    state: { type: 'string', enum: ['on', 'off'] },
    size: { type: 'integer', minimum: 0 },
    gone: { type: ['string', 'null'] },
    kind: { anyOf: [{ type: 'object', properties: { k: { const: 'a' } }, required: ['k'] }] },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
  },
  required: ['id', 'state', 'size'],
};
const released = {
  paths: { '/things/{id}': { post: operation } },
  components: { schemas: { Ask: ask, Thing: thing } },
} as unknown as Document;

/** The released document with one place of it replaced; undefined: taken out. */
function changed(path: string, to: unknown): Document {
  const copy = structuredClone(released) as unknown as Record<string, unknown>;
  const keys = path.split('/').map((key) => key.replaceAll('~', '/'));
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>((value, key) => value[key] as Record<string, unknown>, copy);
  if (to !== undefined) parent[last] = to;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy as unknown as Document;
}

const post = 'paths/~things~{id}/post';
const schemas = 'components/schemas';
const where = 'POST /things/{id}';

describe('the gate', () => {
  it.each<[string, string, unknown, string]>([
    ['a route that is gone', 'paths/~things~{id}', undefined, `${where}: is gone`],
    ['a method that is gone', post, undefined, `${where}: is gone`],
    ['another name', `${post}/operationId`, 'x', `${where}: operationId was "makeThing", is "x"`],
    ['a role that is shut out', `${post}/x-brickyard-roles`, ['admin'], `${where}: x-brickyard-roles was`],
    ['a role that is let in', `${post}/x-brickyard-roles`, ['admin', 'auditor', 'user'], `${where}: x-brickyard-roles`],
    ['a route that is made public', `${post}/security`, [], `${where}: security was`],
    ['a parameter that is gone', `${post}/parameters/1`, undefined, `${where} query sort: is gone`],
    ['a parameter that moved', `${post}/parameters/1/in`, 'header', `${where} query sort: is gone`],
    ['a parameter that must be sent', `${post}/parameters/1/required`, true, `${where} query sort: is newly required`],
    [
      'a new parameter that must be sent',
      `${post}/parameters/3`,
      { name: 'x', in: 'query', required: true, schema: {} },
      `${where} query x: is newly required`,
    ],
    ['a word that is not taken', `${post}/parameters/1/schema/enum`, ['up'], `query sort: may not be "down"`],
    ['another default', `${post}/parameters/1/schema/default`, 'down', 'default was "up", is "down"'],
    ['a higher least', `${post}/parameters/2/schema/minimum`, 2, 'minimum was 1, is 2'],
    ['a lower most', `${post}/parameters/2/schema/maximum`, 8, 'maximum was 9, is 8'],
    ['another type of parameter', `${post}/parameters/0/schema/type`, 'integer', 'was string, is integer'],
    ['a pattern for what was free', `${post}/parameters/0/schema/pattern`, '^x', 'pattern was undefined, is "^x"'],
    ['a body that must be sent', `${post}/requestBody/required`, true, `${where} body: is newly required`],
    ['a body that is gone', `${post}/requestBody`, undefined, `${where} body: is gone`],
    ['a body field that is gone', `${schemas}/Ask/properties/name`, undefined, `${where} body.name: is gone`],
    ['a body field that must be sent', `${schemas}/Ask/required`, ['size', 'name'], 'body.name: is newly required'],
    ['a body field of whole numbers', `${schemas}/Ask/properties/size/type`, 'integer', 'was number, is integer'],
    ['a shorter text', `${schemas}/Ask/properties/name/maxLength`, 7, 'maxLength was 8, is 7'],
    ['a type for what was anything', `${schemas}/Ask/properties/any`, { type: 'null' }, 'was anything, is null'],
    ['an answer that is gone', `${post}/responses/200`, undefined, `${where} 200: is gone`],
    ['another way to succeed', `${post}/responses/202`, {}, `${where} 202: is a new way to succeed`],
    ['another form of answer', `${post}/responses/200/content`, {}, '200: application/json is gone'],
    ['another form of refusal', `${post}/responses/409/content`, {}, '409: application/problem+json is gone'],
    ['an answer without a field', `${schemas}/Thing/properties/tags`, undefined, '200.tags: is gone'],
    ['a field that may be missing', `${schemas}/Thing/required`, ['id', 'size'], '200.state: is not always there'],
    ['a new word in an answer', `${schemas}/Thing/properties/state/enum`, ['on', 'off', 'x'], 'may now be "x"'],
    ['any word in an answer', `${schemas}/Thing/properties/state/enum`, undefined, 'is not one of the same words'],
    ['fractions in an answer', `${schemas}/Thing/properties/size/type`, 'number', 'was integer, is number'],
    ['negative numbers in an answer', `${schemas}/Thing/properties/size/minimum`, undefined, 'minimum was 0, is none'],
    ['null in an answer', `${schemas}/Thing/properties/id/type`, ['string', 'null'], 'was string, is null'],
    ['another pattern', `${schemas}/Thing/properties/id/pattern`, '^b', 'pattern was "^a", is "^b"'],
    ['another kind of part', `${schemas}/Thing/properties/parts/items`, { type: 'string' }, '200.parts[]: was object'],
    [
      'another kind in a choice',
      `${schemas}/Thing/properties/kind/anyOf/1`,
      { type: 'object', properties: { k: { const: 'b' } }, required: ['k'] },
      '200.kind.k: may now be "b"',
    ],
    [
      'other values of free names',
      `${schemas}/Thing/properties/tags/additionalProperties`,
      { type: 'integer' },
      '200.tags.*: was string, is integer',
    ],
    ['a keyword that it does not know', `${schemas}/Thing/properties/parts/uniqueItems`, true, 'uniqueItems was'],
  ])('stops %s', (_what, path, to, words) => {
    const found = breakingChanges(released, changed(path, to));
    expect(found.join('\n')).toContain(words);
    expect(found).toHaveLength(1);
  });

  it.each<[string, string, unknown]>([
    ['nothing', 'info', {}],
    ['a new route', 'paths/~new', { get: operation }],
    ['a new method', 'paths/~things~{id}/get', operation],
    ['a new parameter', `${post}/parameters/3`, { name: 'x', in: 'query', required: false, schema: {} }],
    ['a parameter that may be left out', `${post}/parameters/0/required`, false],
    ['a new word to send', `${post}/parameters/1/schema/enum`, ['up', 'down', 'none']],
    ['any word to send', `${post}/parameters/1/schema/enum`, undefined],
    ['wider bounds', `${post}/parameters/2/schema`, { type: 'number', minimum: 0 }],
    ['a body field that may be left out', `${schemas}/Ask/required`, []],
    ['a new body field', `${schemas}/Ask/properties/more`, { type: 'string' }],
    ['a longer text', `${schemas}/Ask/properties/name`, { type: 'string' }],
    ['a new field in an answer', `${schemas}/Thing/properties/more`, { type: 'string' }],
    ['a field that is always there', `${schemas}/Thing/required`, ['id', 'state', 'size', 'tags']],
    ['fewer words in an answer', `${schemas}/Thing/properties/state/enum`, ['on']],
    ['no null in an answer any more', `${schemas}/Thing/properties/gone/type`, 'string'],
    ['other words about it', `${schemas}/Thing/description`, 'x'],
    ['a new refusal', `${post}/responses/404`, {}],
    ['a refusal less', `${post}/responses/409`, undefined],
  ])('lets %s pass', (_what, path, to) => {
    expect(breakingChanges(released, changed(path, to))).toEqual([]);
  });
});

const leaf = fc.oneof(
  fc.record({ type: fc.constantFrom('string', 'null', 'boolean') }),
  fc.record(
    { type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: 0, max: 3 }) },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('string'), enum: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }) }),
);
const names = ['p', 'q'] as const;
const schema: fc.Arbitrary<Schema> = fc.letrec<{ any: Schema }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.record({ type: fc.constant('array'), items: tie('any') }),
    fc.record({ anyOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }) }),
    fc
      .record({
        properties: fc.dictionary(fc.constantFrom(...names), tie('any')),
        must: fc.boolean(),
        closed: fc.boolean(),
      })
      .map(({ properties, must, closed }) => ({
        type: 'object',
        properties,
        required: must ? Object.keys(properties) : [],
        additionalProperties: closed ? false : {},
      })),
  ),
})).any;
const scalar = fc.constantFrom<unknown>(null, true, 'a', 'b', 'd', -1, 0, 1, 2.5, 4);
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('any'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom(...names), tie('any')),
  ),
})).any;
/** Undefined values stand for keys that are left out. */
const plain = (one: Schema): Schema => JSON.parse(JSON.stringify(one)) as Schema;
const reader = (one: Schema): z.ZodType => z.fromJSONSchema(one);

/** The schema with one of the schemas in it replaced, which one follows from the number. */
function altered(one: Schema, by: Schema, at: number): Schema {
  const below = [
    one['items'],
    ...((one['anyOf'] ?? []) as unknown[]),
    ...(Object.values(one['properties'] ?? {}) as unknown[]),
  ];
  const inner = below.filter((schema) => schema !== undefined);
  if (at % (inner.length + 1) === 0) return by;
  const chosen = inner[(at % (inner.length + 1)) - 1];
  const swap = (schema: unknown): unknown =>
    schema === chosen ? altered(schema as Schema, by, Math.floor(at / (inner.length + 1))) : schema;
  return {
    ...one,
    ...(one['items'] === undefined ? {} : { items: swap(one['items']) }),
    ...(one['anyOf'] === undefined ? {} : { anyOf: (one['anyOf'] as unknown[]).map(swap) }),
    ...(one['properties'] === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(one['properties'] as object).map(([key, schema]) => [key, swap(schema)]),
          ),
        }),
  };
}

/** Two versions of a schema that have most in common. */
const versions = fc
  .tuple(schema, schema, fc.nat(1000))
  .map(([one, by, at]) => [plain(one), plain(altered(plain(one), by, at))] as const);

describe('two schemas', () => {
  const documents = { released: {}, present: {} };

  it('that are one differ in nothing', () => {
    fc.assert(
      fc.property(schema, (one) => {
        for (const io of ['input', 'output'] as const)
          expect(schemaChanges('', one, one, { io, ...documents })).toEqual([]);
      }),
    );
  });

  it.each(['input', 'output'] as const)('between which the gate finds nothing as %s are compatible', (io) => {
    let passed = 0;
    fc.assert(
      fc.property(versions, fc.array(value, { minLength: 5, maxLength: 20 }), ([old, now], values) => {
        if (schemaChanges('', old, now, { io, ...documents }).length > 0) return;
        passed += 1;
        // What clients send must stay valid; what they read must be what they know.
        const [from, to] = io === 'input' ? [reader(old), reader(now)] : [reader(now), reader(old)];
        for (const sent of values.filter((one) => from.safeParse(one).success)) {
          expect(to.safeParse(sent).success, JSON.stringify(sent)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(passed).toBeGreaterThan(10);
  });
});
