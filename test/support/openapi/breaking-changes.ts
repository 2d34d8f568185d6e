import { isDeepStrictEqual } from 'node:util';
import { type Schema, schemaChanges } from './schema-changes.js';

interface Parameter extends Schema {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation extends Schema {
  readonly operationId?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;
export type Document = Schema & { readonly paths: Paths };

/** Two operations under comparison and the documents that they are of. */
interface Pair {
  readonly name: string;
  readonly released: Operation;
  readonly present: Operation;
  readonly documents: { readonly released: Schema; readonly present: Schema };
}

/** What in a document would break a client of the released one, a line each; empty where nothing would. */
export function breakingChanges(released: Document, present: Document): string[] {
  return Object.entries(released.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const now = present.paths[path]?.[method];
      if (now === undefined) return [`${name}: is gone`];
      const pair = { name, released: operation, present: now, documents: { released, present } };
      return [...callerChanges(pair), ...parameterChanges(pair), ...bodyChanges(pair), ...answerChanges(pair)];
    }),
  );
}

/** Who may call it and by which name. A role that wins a route is a change of access that somebody has to want. */
function callerChanges({ name, released, present }: Pair): string[] {
  const keys = ['operationId', 'x-brickyard-roles', 'security'] as const;
  return keys
    .filter((key) => !isDeepStrictEqual(released[key], present[key]))
    .map((key) => `${name}: ${key} was ${JSON.stringify(released[key])}, is ${JSON.stringify(present[key])}`);
}

function parameterChanges({ name, released, present, documents }: Pair): string[] {
  const [before, after] = [released.parameters ?? [], present.parameters ?? []];
  const same = (one: Parameter) => (other: Parameter) => one.name === other.name && one.in === other.in;
  const changed = before.flatMap((old) => {
    const at = `${name} ${old.in} ${old.name}`;
    const now = after.find(same(old));
    if (now === undefined) return [`${at}: is gone`];
    const required = now.required === true && old.required !== true ? [`${at}: is newly required`] : [];
    return [...required, ...schemaChanges(at, old.schema, now.schema, { io: 'input', ...documents })];
  });
  const added = after.filter((now) => now.required === true && !before.some(same(now)));
  return [...changed, ...added.map((now) => `${name} ${now.in} ${now.name}: is newly required`)];
}

function bodyChanges({ name, released, present, documents }: Pair): string[] {
  const [before, after] = [released.requestBody, present.requestBody];
  if (before === undefined) return after?.required === true ? [`${name} body: is newly required`] : [];
  if (after === undefined) return [`${name} body: is gone`];
  const required = after.required === true && before.required !== true ? [`${name} body: is newly required`] : [];
  return [...required, ...contentChanges(`${name} body`, before.content, after.content, 'input', documents)];
}

function answerChanges({ name, released, present, documents }: Pair): string[] {
  const changed = Object.entries(released.responses).flatMap(([status, { content = {} }]) => {
    const now = present.responses[status];
    // A refusal that cannot happen any more harms nobody.
    if (now === undefined) return isSuccess(status) ? [`${name} ${status}: is gone`] : [];
    return contentChanges(`${name} ${status}`, content, now.content ?? {}, 'output', documents);
  });
  const added = Object.keys(present.responses).filter((status) => isSuccess(status) && !(status in released.responses));
  return [...changed, ...added.map((status) => `${name} ${status}: is a new way to succeed`)];
}

function isSuccess(status: string): boolean {
  return status.startsWith('2');
}

function contentChanges(
  at: string,
  released: Content,
  present: Content,
  io: 'input' | 'output',
  documents: Pair['documents'],
): string[] {
  return Object.entries(released).flatMap(([type, { schema }]) => {
    const now = present[type];
    if (now === undefined) return [`${at}: ${type} is gone`];
    return schemaChanges(at, schema, now.schema, { io, ...documents });
  });
}
