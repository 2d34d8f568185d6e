/** `npm start`: sets up what is missing, then runs the demo and stays until it ends. */
import { tooOldNode } from './lib/node-version.mjs';

const say = (text) => console.log(`brickyard: ${text}`);

function giveUp(reason) {
  console.error(`brickyard: ${reason}`);
  process.exit(1);
}

const reason = tooOldNode();
if (reason !== null) giveUp(reason);

const { join } = await import('node:path');
const { pathToFileURL } = await import('node:url');
const { checkout, ensureBuild, ensureDependencies, requireWritable } = await import('./lib/checkout.mjs');

try {
  requireWritable();
  await ensureDependencies(say);
  await ensureBuild(say);
} catch (error) {
  giveUp(error.message);
}

// In this process: signals and the exit code are the demo's own, with nobody in between.
const program = join(checkout, 'bin', 'brickyard.mjs');
process.argv = [process.execPath, program, 'demo', ...process.argv.slice(2)];
await import(pathToFileURL(program).href);
