import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Document, breakingChanges } from '#test/openapi/breaking-changes';
import { type V1Route, v1Route } from '../frame/route.js';
import { v1Table } from '../routes.js';
import { openApiDocument } from './document.js';

const page = (name: string): string => fileURLToPath(new URL(`../../../../../docs/reference/${name}`, import.meta.url));
const document = openApiDocument(v1Table.routes);

/** Who may use which route, for people. */
function routesPage(routes: readonly V1Route[]): string {
  const columns = ['admin', 'auditor', 'user'] as const;
  const row = ({ method, path, roles, summary }: V1Route): string => {
    const may = columns.map((issuer) => (roles === 'public' || roles.includes(issuer) ? 'yes' : '-'));
    return `| ${method} \`${path}\` | ${[...may, roles === 'public' ? 'yes' : '-'].join(' | ')} | ${summary} |`;
  };
  const lines = [
    '# Routes under /v1',
    '',
    "Generated from the declarations (`npm run openapi`). Heketi's routes are in [api.md](api.md).",
    '',
    '| route | admin | auditor | user | without a token | what it does |',
    '| --- | --- | --- | --- | --- | --- |',
    ...routes.map(row),
  ];
  return `${lines.join('\n')}\n`;
}

describe('the OpenAPI document', () => {
  it('is docs/reference/openapi.json (npm run openapi writes it)', async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(page('openapi.json'));
  });

  it('has its routes in docs/reference/v1-routes.md (npm run openapi writes it)', async () => {
    await expect(routesPage(v1Table.routes)).toMatchFileSnapshot(page('v1-routes.md'));
  });

  it('breaks no client of the last release (npm run openapi:release makes it the released one)', async () => {
    const released = JSON.parse(await readFile(page('openapi.released.json'), 'utf8')) as Document;
    expect(breakingChanges(released, document as unknown as Document)).toEqual([]);
  });

  it('has nothing that a strict linter objects to', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`),
    ).toEqual([]);
  });

  it('has every operation once', () => {
    const ids = v1Table.routes.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const routes = v1Table.routes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(routes).size).toBe(routes.length);
  });
});

describe('a declaration', () => {
  const route = (path: string, schema: z.ZodType) =>
    v1Route({
      method: 'GET',
      path,
      operationId: path,
      summary: 'x',
      tag: 'objects',
      roles: ['admin'],
      answers: { 200: { description: 'x', schema } },
    });

  it('that does not say what a part of its path is cannot be documented', () => {
    expect(() => openApiDocument([route('/v1/things/{id}', z.string())])).toThrow('/v1/things/{id} has no schema');
  });

  it('cannot give the name of another schema to its own', () => {
    const [one, two] = [z.strictObject({ a: z.string() }), z.strictObject({ a: z.number() })];
    const named = (schema: z.ZodType) => z.strictObject({ it: schema });
    z.globalRegistry.add(one, { id: 'Twin' });
    const first = route('/v1/a', named(one));
    openApiDocument([first]);
    z.globalRegistry.remove(one);
    z.globalRegistry.add(two, { id: 'Problem' });
    expect(() => openApiDocument([route('/v1/b', named(two))])).toThrow(/Problem/);
    z.globalRegistry.remove(two);
  });
});
