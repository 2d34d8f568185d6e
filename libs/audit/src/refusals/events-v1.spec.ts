import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RefusedRequest, RefusedRequests, RequestEvent } from './events.js';

/**
 * Data as version 1 wrote it. Logs that exist hold such events for ever: when this spec fails, the schema needs a new version and
 * an upcaster, not a new fixture.
 */
type Samples = Readonly<Record<RequestEvent['type'], readonly { readonly name: string; readonly data: object }[]>>;
const samples = JSON.parse(readFileSync(new URL('./events-v1.json', import.meta.url), 'utf8')) as Samples;

/** Every field of each event, and whether it is always there; the compiler asks for a line here when one is added. */
type Fields<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? 'sometimes' : 'always' };
const refused: Fields<RefusedRequest> = {
  stage: 'always',
  method: 'always',
  path: 'always',
  status: 'always',
  text: 'always',
  claimedIssuer: 'sometimes',
  reasons: 'sometimes',
  furtherReasons: 'sometimes',
  clusterId: 'sometimes',
  nodeId: 'sometimes',
  deviceId: 'sometimes',
  volumeId: 'sometimes',
  operationId: 'sometimes',
};
const counted: Fields<RefusedRequests> = { since: 'always', until: 'always', count: 'always', kinds: 'always' };
const fields: Readonly<Record<RequestEvent['type'], Readonly<Record<string, 'always' | 'sometimes'>>>> = {
  RequestRefused: refused,
  RequestsRefused: counted,
};

describe.each(Object.entries(fields))('the data of %s', (type, known) => {
  const written = samples[type as RequestEvent['type']];

  it('has the fields that it has ever had', () => {
    for (const { name, data } of written) {
      for (const [field, when] of Object.entries(known)) {
        if (when === 'always') expect(data, name).toHaveProperty(field);
      }
      for (const field of Object.keys(data)) expect(known, name).toHaveProperty(field);
    }
  });
});
