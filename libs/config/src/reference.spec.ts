import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { settings } from './settings.js';

it('is listed in docs/reference/configuration.md, every setting of it', async () => {
  const page = await readFile(new URL('../../../docs/reference/configuration.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  for (const { env, file, help } of Object.values(settings)) {
    const names = [...env, ...(file === null ? [] : [file])].map((name) => `\`${name}\``);
    expect(rows.filter((row) => [...names, help].every((text) => row.includes(text)))).toHaveLength(1);
  }
});
