#!/usr/bin/env node
// The compiled command line. `npm run build` makes it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/apps/cli/src/main.js', import.meta.url);
if (!existsSync(fileURLToPath(main))) {
  console.error('brickyard: not built yet, run `npm run build` first');
  process.exit(1);
}
await import(main.href);
