import type { z } from 'zod';
import { type V1Answer, type V1Route, type V1Tag, v1Tags } from '../frame/route.js';
import { PROBLEM_TYPE } from '../frame/send-problem.js';
import { problemSchema } from './problem-schema.js';
import { type JsonSchema, SchemaCollector } from './schemas.js';

/** The version of the API, SemVer: what the gate calls breaking needs a new major one. */
const API_VERSION = '1.0.0';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes?: JsonSchema;
  };
  readonly [other: string]: unknown;
}

const bearer: JsonSchema = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description:
    "HS256 with the key of the issuer (`admin`, `user`, `auditor`), claims `iss`, `iat`, `exp` and `qsh`: the hex SHA-256 of `METHOD&PATH`, as Heketi's clients make it.",
};

/**
 * The OpenAPI 3.1 document of some routes: everything in it comes from their declarations.
 * @throws Error where a declaration contradicts itself (a `{name}` without a schema)
 */
export function openApiDocument(routes: readonly V1Route[]): OpenApiDocument {
  const schemas = new SchemaCollector();
  const problem = schemas.of(problemSchema, 'output');
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, schemas, problem);
  }
  const used = new Set(routes.map(({ tag }) => tag));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Brickyard',
      version: API_VERSION,
      summary: "Brickyard's own API, beside Heketi's",
      description:
        "Heketi's own routes are not in here: they are Heketi's API document. Lists are `{ items, next }`; refusals are `application/problem+json`.",
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Any replica.' }],
    tags: (Object.keys(v1Tags) as V1Tag[])
      .filter((name) => used.has(name))
      .map((name) => ({ name, description: v1Tags[name] })),
    paths,
    components: {
      schemas: schemas.shared,
      ...(routes.some(({ roles }) => roles !== 'public') ? { securitySchemes: { bearer } } : {}),
    },
  };
}

function operationOf(route: V1Route, schemas: SchemaCollector, problem: JsonSchema): JsonSchema {
  const { operationId, summary, description, tag, roles, body } = route;
  const parameters = [...parametersOf('path', route.params, schemas), ...parametersOf('query', route.query, schemas)];
  assertPathIsDeclared(route);
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: roles === 'public' ? [] : [{ bearer: [] }],
    'x-brickyard-roles': roles === 'public' ? 'public' : [...roles].sort(),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(body, 'input') } } } }),
    responses: { ...answersOf(route.answers, schemas), ...refusalsOf(route, problem) },
  };
}

function assertPathIsDeclared({ path, params }: V1Route): void {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
  const declared = Object.keys(params?.shape ?? {}).sort();
  if (named.join() !== declared.join()) throw new Error(`${path} has no schema for each of its parameters`);
}

function parametersOf(
  where: 'path' | 'query',
  schema: z.ZodObject | undefined,
  schemas: SchemaCollector,
): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function answersOf(answers: Readonly<Record<number, V1Answer>>, schemas: SchemaCollector): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, contentType = 'application/json' }]) => [
      status,
      { description, content: { [contentType]: { schema: schemas.of(schema, 'output') } } },
    ]),
  );
}

/** What every route may be refused with, by what it takes and who may use it, and what the route itself adds. */
function refusalsOf(route: V1Route, problem: JsonSchema): Record<string, JsonSchema> {
  const takesSomething = route.params !== undefined || route.query !== undefined || route.body !== undefined;
  const texts: Record<string, string> = {
    ...(takesSomething ? { 400: 'A parameter or the body is not valid; `errors` names each.' } : {}),
    ...(route.roles === 'public'
      ? {}
      : { 401: 'There is no token, or it is not valid.', 403: 'The role of the token may not do this.' }),
    ...(route.params === undefined ? {} : { 404: 'There is no such object.' }),
    ...(route.body === undefined ? {} : { 413: 'The body is too large.' }),
    405: 'The path has other methods; `Allow` names them.',
    500: 'A fault of ours; the log has more under `requestId`.',
    503: 'Not at the moment; `Retry-After` says when, where that is known.',
    ...route.refusals,
  };
  const content = { [PROBLEM_TYPE]: { schema: problem } };
  return Object.fromEntries(Object.entries(texts).map(([status, description]) => [status, { description, content }]));
}
