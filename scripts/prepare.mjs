/** Dependencies and build, where they are missing or stale: what a compiled Brickyard needs before it can be started. */
import { ensureBuild, ensureDependencies, requireWritable } from './lib/checkout.mjs';

const say = (text) => console.log(`brickyard: ${text}`);

try {
  requireWritable();
  await ensureDependencies(say);
  await ensureBuild(say);
} catch (error) {
  console.error(`brickyard: ${error.message}`);
  process.exitCode = 1;
}
