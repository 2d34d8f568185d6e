import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShellRefusal, splitWords } from './words.js';

describe('splitWords', () => {
  it('takes quotes and escapes off as a shell does', () => {
    expect(splitWords(`a 'b c' d\\ e "f 'g' \\"h\\"" ''`)).toEqual(['a', 'b c', 'd e', `f 'g' "h"`, '']);
    expect(splitWords(`sed -i '/brick_1/d' x=y`)).toEqual(['sed', '-i', '/brick_1/d', 'x=y']);
  });

  it.each([
    'a; b',
    'a && b',
    'a | b',
    'a > b',
    'echo $HOME',
    'echo `id`',
    'ls *',
    'a\nb',
    'echo "$x"',
    '# a',
    'cat ~/x',
  ])('refuses what a shell would act on: %s', (line) => {
    expect(() => splitWords(line)).toThrow(ShellRefusal);
  });

  it.each(["'open", '"open', 'open\\'])('refuses unterminated quoting: %s', (line) => {
    expect(() => splitWords(line)).toThrow(ShellRefusal);
  });

  it('gives back every list of words that was single-quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
        const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(splitWords(line)).toEqual(words);
      }),
    );
  });
});
