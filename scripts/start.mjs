/** `npm start`: sets up what is missing, then runs the demo and stays until it ends. */
import { tooOldNode } from './lib/node-version.mjs';

const say = (text) => console.log(`brickyard: ${text}`);

function giveUp(reason) {
  console.error(`brickyard: ${reason}`);
  process.exit(1);
}

const reason = tooOldNode();
if (reason !== null) giveUp(reason);

const { spawn } = await import('node:child_process');
const { constants } = await import('node:os');
const { join } = await import('node:path');
const { checkout, ensureBuild, ensureDependencies, requireWritable } = await import('./lib/checkout.mjs');

try {
  requireWritable();
  await ensureDependencies(say);
  await ensureBuild(say);
} catch (error) {
  giveUp(error.message);
}

const program = join(checkout, 'bin', 'brickyard.mjs');
const demo = spawn(process.execPath, [program, 'demo', ...process.argv.slice(2)], { stdio: 'inherit' });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A terminal has sent its interrupt to the demo as well; a second one would mean "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) demo.kill(signal);
  });
}
demo.once('error', (error) => giveUp(error.message));
demo.once('close', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
