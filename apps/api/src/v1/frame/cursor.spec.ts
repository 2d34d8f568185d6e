import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCursor, writeCursor } from './cursor.js';

const list = { operationId: 'listVolumes' };
const place = z.strictObject({ after: z.string() });
const query = { limit: 5, cluster: 'c', asOf: undefined };
const cursor = writeCursor(list, query, { after: 'v1' });
const foreign = 'cursor: is not one that this list gave for these parameters';

describe('a cursor', () => {
  it('leads back to its place, whatever the size of the page', () => {
    expect(readCursor(list, { ...query, limit: 7, cursor }, place)).toEqual({ after: 'v1' });
    expect(readCursor(list, query, place)).toBeNull();
  });

  it('brings every place back', () => {
    // No place and no parameter has such a name; zod drops it.
    const places = fc.jsonValue().filter((any) => !JSON.stringify(any).includes('__proto__'));
    const names = fc.string().filter((name) => name !== '__proto__' && name !== 'cursor');
    fc.assert(
      fc.property(places, fc.dictionary(names, fc.string()), (any, filters) => {
        const sent = JSON.parse(JSON.stringify(any)) as never;
        expect(readCursor(list, { ...filters, cursor: writeCursor(list, filters, sent) }, z.json())).toEqual(sent);
      }),
    );
  });

  it.each([
    ['another list', { operationId: 'listNodes' }, query],
    ['another filter', list, { ...query, cluster: 'd' }],
    ['one filter less', list, { limit: 5 }],
    ['one filter more', list, { ...query, name: 'x' }],
  ])('of %s is refused', (_what, route, asked) => {
    expect(() => readCursor(route, { ...asked, cursor }, place)).toThrow(foreign);
  });

  it('that was changed anywhere is refused', () => {
    fc.assert(
      fc.property(
        fc.nat(cursor.length - 1),
        fc.constantFrom('A', 'a', '0', '_', '-', '=', '.', ' ', '%'),
        (at, char) => {
          const changed = cursor.slice(0, at) + char + cursor.slice(at + 1);
          fc.pre(changed !== cursor);
          expect(() => readCursor(list, { ...query, cursor: changed }, place)).toThrow(foreign);
        },
      ),
    );
  });

  it('that nobody made is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json()), (text) => {
        expect(() => readCursor(list, { ...query, cursor: text }, place)).toThrow(foreign);
      }),
    );
  });
});
