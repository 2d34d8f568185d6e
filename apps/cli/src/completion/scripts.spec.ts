import { execFileSync } from 'node:child_process';
import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { placesOf } from './command-tree.js';
import { completionScript } from './scripts.js';

const tree = [
  new Command('history').description("what happened to an object's parts").option('--utc', 'in UTC'),
  new Command('audit')
    .description('the log')
    .addCommand(
      new Command('export')
        .description('all of it')
        .addOption(new Option('-o, --output <form>', 'form').choices(['json', 'yaml']))
        .option('--file <path>', 'where to'),
    )
    .addCommand(new Command('verify').description('is it whole')),
];
const places = placesOf(tree);

/** What bash offers behind these words, the last of which is being typed. */
function offered(...words: readonly string[]): string[] {
  const typed = ['brickyard', ...words];
  const script = `${completionScript('bash', places)}
COMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${typed.length - 1}
_brickyard
echo "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
}

describe('the completion of bash', () => {
  it.each([
    [[''], ['history', 'audit', '--help']],
    [['hi'], ['history']],
    [
      ['audit', ''],
      ['export', 'verify', '--help'],
    ],
    [['audit', 'export', '--f'], ['--file']],
    [
      ['audit', 'export', '-o', ''],
      ['json', 'yaml'],
    ],
    [['audit', 'export', '--output', 'y'], ['yaml']],
    [['history', 'audit', '--u'], ['--utc']],
  ])('offers behind %j: %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });
});

describe('the other shells', () => {
  it('get the same tree', () => {
    expect(completionScript('zsh', places)).toContain(completionScript('bash', places));
    const fish = completionScript('fish', places);
    expect(fish).toContain(`-a history -d 'what happened to an object'\\''s parts'`);
    expect(fish).toContain(`= "/audit/export"' -s o -l output -xa 'json yaml' -d 'form'`);
    expect(fish).toContain(`-l file -r -d 'where to'`);
  });
});
