import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellLine } from './quote.js';

/** What a real shell makes of the line: the arguments that printf gets. */
function readBack(argv: readonly string[]): readonly string[] {
  const shell = spawnSync('/bin/sh', ['-c', shellLine(['printf', '%s\\0', ...argv])], { encoding: 'buffer' });
  expect(shell.status).toBe(0);
  return shell.stdout.toString('utf8').split('\0').slice(0, -1);
}

const nasty = fc.constantFrom("'", '"', '\\', '$(id)', '`id`', '\n', ' ', '*', '~', '!', ';', '&', '-n', '=', '#', '');
const word = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { maxLength: 6 })
  .map((parts) => parts.join('').replaceAll('\0', ''));

describe('quoting for the remote shell', () => {
  it('gives every argument back unchanged', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (argv) => {
        expect(readBack(argv)).toEqual(argv);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves plain words readable and quotes the rest', () => {
    expect(shellLine(['mount', '-o', 'rw,inode64', '--kill-after=10s', '/dev/a b'])).toBe(
      "mount -o rw,inode64 --kill-after=10s '/dev/a b'",
    );
    expect(shellLine(['echo', "it's", ''])).toBe(`echo 'it'\\''s' ''`);
  });

  it('quotes what would be an assignment in front of a command', () => {
    expect(shellLine(['PATH=/x', 'id'])).toBe("'PATH=/x' id");
  });

  it('refuses NUL and an empty command', () => {
    expect(() => shellLine(['a\0b'])).toThrow('NUL');
    expect(() => shellLine([])).toThrow('needs a program');
  });
});
