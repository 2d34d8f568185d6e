import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCommands } from './load.js';

/** The page of the command line, by the headings of its commands. */
let sections: ReadonlyMap<string, string>;
let commands: readonly { readonly name: string; readonly command: Command }[];

function flat(list: readonly Command[], above = 'brickyard'): { name: string; command: Command }[] {
  return list.flatMap((command) => {
    const name = `${above} ${command.name()}`;
    return command.commands.length > 0 ? flat(command.commands, name) : [{ name, command }];
  });
}

beforeAll(async () => {
  const page = await readFile(new URL('../../../../docs/reference/command-line.md', import.meta.url), 'utf8');
  const parts = page.split(/^### /m).slice(1);
  sections = new Map(
    parts.map((part) => [/^`(brickyard [a-z -]+?)(?= [<[]|`)/.exec(part)?.[1] ?? part.slice(0, 40), part]),
  );
  commands = flat(await loadCommands(undefined));
  // That is the whole product: on a machine that is busy with other things it takes its time.
}, 300_000);

describe('docs/reference/command-line.md', () => {
  it('has a section for each command, and for nothing else', () => {
    expect([...sections.keys()].sort()).toEqual(commands.map(({ name }) => name).sort());
  });

  it('has every argument and option of each', () => {
    for (const { name, command } of commands) {
      const section = sections.get(name) ?? '';
      for (const argument of command.registeredArguments) expect(section, name).toMatch(argument.name());
      const shared = section.includes('[server options](#server-options)');
      for (const { long } of command.options) {
        const isShared = ['--server', '--user', '--actor', '--context'].includes(long ?? '');
        if (isShared) expect(shared, `${name} ${long ?? ''}`).toBe(true);
        else expect(section, name).toContain(`\`${long ?? ''}`);
      }
    }
  });
});
