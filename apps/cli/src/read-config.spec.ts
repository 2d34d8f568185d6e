import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskText } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './read-config.js';

describe('the configuration of a process', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brickyard-config-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const file = async (text: string): Promise<string> => {
    const path = join(folder, 'heketi.json');
    await writeFile(path, text);
    return path;
  };

  it.each(['{"jwt": {"admin": {"key": hunter2hunter2}}}', '{"jwt": {"admin": {"key": "hunter2hunter2}}}', 'hunter2'])(
    'does not repeat what is in a file that is no JSON: %s',
    async (text) => {
      const refused = await readConfig(await file(text), {}).catch(String);
      expect(refused).toMatch(/is not JSON/);
      expect(refused).not.toContain('hunter2');
    },
  );

  it('makes its secrets known: they are masked in every text from then on', async () => {
    await readConfig(await file('{"jwt": {"admin": {"key": "correct horse battery"}}}'), {
      DATABASE_URL: 'postgres://me:staple-staple@db/x',
    });
    expect(maskText('the correct horse battery, the staple-staple')).toBe('the ********, the ********');
  });
});
