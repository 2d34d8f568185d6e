import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemAttribution } from '#kernel';
import { cut } from './cut.js';
import { type Refusal, refusedRequest } from './refusal.js';

const id = '0123456789abcdef0123456789abcdef';
const refusal = (given: Partial<Refusal>): Refusal => ({
  at: new Date(0),
  stage: 'change',
  attribution: systemAttribution('test', 'test'),
  method: 'POST',
  path: '/volumes',
  status: 500,
  text: 'No space\n',
  reasons: [],
  claimedIssuer: null,
  ...given,
});

describe('what is recorded of a refused request', () => {
  it('is what was asked of what, and why not', () => {
    const reasons = [{ rule: 'space', detail: 'device d is full' }];
    expect(refusedRequest(refusal({ reasons }))).toEqual({
      stage: 'change',
      method: 'POST',
      path: '/volumes',
      status: 500,
      text: 'No space',
      reasons,
    });
  });

  it.each([
    [`/volumes/${id}`, { volumeId: id }],
    [`/volumes/${id}/expand`, { volumeId: id }],
    [`/v1/nodes/${id}:plan`, { nodeId: id }],
    [`/v1/clusters/${id}/history`, { clusterId: id }],
    [`/devices/${id}0`, {}],
    [`/queue/${id}`, {}],
    ['/volumes', {}],
  ])('names the object of %s', (path, object) => {
    const { stage, method, path: kept, status, text, ...named } = refusedRequest(refusal({ path }));
    expect({ stage, method, status, text }).toBeTruthy();
    expect(kept).toBe(path);
    expect(named).toEqual(object);
  });

  it('has no query, and no part of a path that may be a token', () => {
    const token = `eyJ${'a'.repeat(100)}`;
    expect(refusedRequest(refusal({ path: `/volumes/${token}/x?token=${token}#${token}` })).path).toBe('/volumes/…/x');
    expect(refusedRequest(refusal({ path: '//me:hunter2@host/volumes' })).path).toBe('//…/volumes');
  });

  it('has an end, whatever was sent', () => {
    const long = 'long/'.repeat(100_000);
    const recorded = refusedRequest(refusal({ path: long, text: long, method: long, claimedIssuer: long }));
    expect(JSON.stringify(recorded).length).toBeLessThan(2_000);
    const reasons = [{ rule: 'in-use', detail: long, values: { ids: Array.from({ length: 10_000 }, () => id), long } }];
    expect(JSON.stringify(refusedRequest(refusal({ reasons }))).length).toBeLessThan(5_000);
  });

  it('is what Postgres takes, whatever was sent: one refusal that cannot be written would hold up all after it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('\u0000', '\ud83d', '😀') }),
    );
    const values = fc.record({ name: text, names: fc.array(text), count: fc.nat() });
    const reason = fc.record({ rule: fc.constant('rule'), detail: text, values });
    const what = fc.record({
      method: text,
      path: text,
      text,
      claimedIssuer: text,
      reasons: fc.array(fc.record({ rule: fc.constant('rule'), detail: text, values, because: fc.array(reason) })),
    });
    // Long ones are cut, perhaps in the middle of a character.
    const long = fc.nat({ max: 400 }).map((length) => `${'x'.repeat(length)}😀`.repeat(2));
    fc.assert(
      fc.property(what, long, (given, detail) => {
        const reasons = [...given.reasons, { rule: 'rule', detail, values: { detail } }];
        const written = JSON.stringify(refusedRequest(refusal({ ...given, reasons })));
        // JSON.stringify escapes what is no text.
        expect(written).not.toMatch(/\\u(0000|d[89a-f])/i);
      }),
    );
  });
});

describe('a text that is cut', () => {
  it('has no characters that Postgres refuses, and no halves', () => {
    expect(cut('a\u0000b\ud800c\n\td', 10)).toBe('a\ufffdb\ufffdc\n\ufffdd');
    expect(cut('😀😀😀', 2)).toBe('😀😀…');
    expect(cut('😀😀', 2)).toBe('😀😀');
  });
});
