import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GoJson, GoJsonError, GoNumber, GoObject, readGoJson, writeGoJson } from './index.js';

function plain(value: GoJson): unknown {
  if (value instanceof GoNumber) return Number(value.raw);
  if (value instanceof GoObject)
    return Object.fromEntries(value.members.map(([key, below]) => [key, plain(below)] as const));
  return Array.isArray(value) ? value.map((item: GoJson) => plain(item)) : value;
}

describe('readGoJson', () => {
  it('agrees with JSON.parse on everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        expect(plain(readGoJson(text))).toEqual(JSON.parse(text.replace(/\\ud[89a-f][0-9a-f]{2}/gi, '\\ufffd')));
      }),
    );
  });

  it('accepts and refuses exactly what JSON.parse does', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'a',
      '1',
      '0',
      '-',
      '.',
      'e',
      'true',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 8 }), (fragments) => {
        const text = fragments.join('');
        const accepts = (read: (text: string) => unknown): boolean => {
          try {
            read(text);
            return true;
          } catch {
            return false;
          }
        };
        expect(accepts(readGoJson)).toBe(accepts(JSON.parse));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['{a', "invalid character 'a' looking for beginning of object key string"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u12x4"', "invalid character 'x' in \\u hexadecimal character escape"],
    ['"\n"', "invalid character '\\n' in string literal"],
  ])('says of %j what Go says', (text, message) => {
    expect(() => readGoJson(text)).toThrow(new GoJsonError(message));
  });

  it('keeps the text of numbers and duplicate keys', () => {
    expect(readGoJson('{"a":1.0,"a":2e3}')).toEqual(
      new GoObject([
        ['a', new GoNumber('1.0')],
        ['a', new GoNumber('2e3')],
      ]),
    );
  });

  it('refuses what is nested too deeply and does not exhaust the stack', () => {
    expect(() => readGoJson('['.repeat(1_000_000))).toThrow('exceeded max depth');
    expect(() => readGoJson('{"a":'.repeat(1_000_000))).toThrow('exceeded max depth');
  });

  it('puts U+FFFD in the place of half surrogate pairs', () => {
    expect(readGoJson('"\\ud800x\\ud83d\\ude00"')).toBe('\ufffdx😀');
  });
});

describe('writeGoJson', () => {
  it('escapes what Go escapes and nothing else', () => {
    expect(writeGoJson({ a: '<b>&\u2028 "\\b"\b' })).toBe('{"a":"\\u003cb\\u003e\\u0026\\u2028 \\"\\\\b\\"\\u0008"}\n');
  });

  it('reads back as the same', () => {
    fc.assert(
      fc.property(fc.object(), (value) => {
        expect(JSON.parse(writeGoJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
