import type { Issuer } from '#auth';
import type { z } from 'zod';

/** What a route answers with when all is well. */
export interface V1Answer {
  /** One sentence for the document. */
  readonly description: string;
  /** Of the body; for lines and streams of events, of one line or one event. */
  readonly schema: z.ZodType;
  /** `application/json` unless given. */
  readonly contentType?: 'application/json' | 'application/x-ndjson' | 'text/event-stream';
}

/**
 * The declaration of one route of ours: who may use it, what it takes, what it answers. The access check, the validation and
 * the OpenAPI document are made from it, and a server that has a route without a declaration does not start.
 */
export interface V1Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with `/v1/`; `{name}` stands for one segment, or for the part of it before a colon. */
  readonly path: string;
  /** Unique; names the route to generated clients. */
  readonly operationId: string;
  /** A few words, imperative. */
  readonly summary: string;
  /** What a caller has to know beyond the schemas. */
  readonly description?: string;
  readonly tag: V1Tag;
  /** `public` asks for no token. The administrator may do everything, so `admin` is in every list. */
  readonly roles: 'public' | readonly ['admin', ...Issuer[]];
  /** One key for each `{name}` of the path. */
  readonly params?: z.ZodObject;
  /** Strict: what is not in it is refused by name. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** By status, 2xx; the first one is that of a handler that returns its answer. */
  readonly answers: Readonly<Record<number, V1Answer>>;
  /** Refusals of its own, by status, with when they come. Those that every route has are added by themselves. */
  readonly refusals?: Readonly<Record<number, string>>;
}

/** The chapters of the document. */
export const v1Tags = {
  objects: 'Clusters, nodes, devices and volumes, as they are and as they were',
  audit: 'Who did what, from where, and why it was refused',
  operations: 'What is being carried out, step by step',
  plans: 'What a request would lead to, without doing it',
  document: 'This document',
} as const;
export type V1Tag = keyof typeof v1Tags;

/** Declares a route and keeps its exact type, which handlers read their input's and answer's types from. */
export function v1Route<const Route extends V1Route>(route: Route): Route {
  return route;
}

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : Readonly<Record<string, never>>;

/** What a handler is given: read by the route's schemas. */
export interface V1Input<Route extends V1Route> {
  readonly params: OutputOf<Route['params']>;
  readonly query: OutputOf<Route['query']>;
  readonly body: OutputOf<Route['body']>;
}

/** What a handler returns, as the schema of its answer has it. */
export type V1AnswerOf<Route extends V1Route> = Route['answers'][keyof Route['answers']] extends {
  readonly schema: infer Schema extends z.ZodType;
}
  ? z.input<Schema>
  : never;
