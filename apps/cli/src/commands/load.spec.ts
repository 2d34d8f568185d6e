import { beforeAll, describe, expect, it } from 'vitest';
import { loadCommands } from './load.js';

const namesOf = async (name?: string): Promise<string[]> => (await loadCommands(name)).map((command) => command.name());

describe('the commands that are loaded', () => {
  let all: string[];

  // That is the whole product: on a machine that is busy with other things it takes its time.
  beforeAll(async () => {
    all = await namesOf();
  }, 300_000);

  it('have the one that is asked for among them, whichever that is', async () => {
    expect(all).toContain('serve');
    for (const name of all) expect(await namesOf(name), name).toContain(name);
  });

  it('are few where one is asked for', async () => {
    for (const name of all) expect((await namesOf(name)).length, name).toBeLessThan(all.length / 2);
  });

  it('are all of them where something else is asked for', async () => {
    expect(await namesOf('--help')).toEqual(all);
  });
});
