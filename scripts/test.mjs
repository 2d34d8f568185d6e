/** `npm test`: sets up what is missing, runs every test that this machine can run, closes with the sum on a line of its own. */
import { tooOldNode } from './lib/node-version.mjs';

const say = (text) => console.log(`\n=== ${text}`);

const reason = tooOldNode();
if (reason !== null) {
  console.error(reason);
  process.exit(1);
}

const { join } = await import('node:path');
const { checkout, ensureBuild, ensureDependencies, requireWritable } = await import('./lib/checkout.mjs');
const { ensureHaproxy, ensureRedis } = await import('./lib/servers.mjs');
const { run } = await import('./lib/process.mjs');
const { typecheck, vitest } = await import('./lib/suites.mjs');

const lab = join(checkout, 'test', 'lab', 'lab.mjs');

/** Why there can be no lab here; null where there can. */
async function labObstacle() {
  const { exitCode, stderr } = await run(process.execPath, [lab, 'can-run']);
  return exitCode === 0 ? null : stderr.trim();
}

async function setUp() {
  requireWritable();
  await ensureDependencies(say);
  // End-to-end tests start the program as a person does.
  await ensureBuild(say);
  const noRedis = await ensureRedis(say);
  if (noRedis !== null) say(`SKIPPED: ${noRedis}`);
}

async function parts() {
  const all = [
    ['types', typecheck],
    ['unit tests', () => vitest('unit')],
    ['integration tests', () => vitest('int')],
    ['end-to-end tests, conformance with Heketi', () => vitest('e2e')],
  ];
  const noHaproxy = await ensureHaproxy(say);
  if (noHaproxy === null) all.push(['several replicas under load, and killed', () => vitest('cluster')]);
  else say(`SKIPPED: ${noHaproxy}`);
  const obstacle = await labObstacle();
  if (obstacle !== null) say(`SKIPPED, real storage nodes: ${obstacle}`);
  // Side by side: both wait most of the time, for leases to run out and for guests to boot and answer.
  const [name, projects] =
    obstacle === null
      ? ['real storage nodes, and a sample of the crash matrix', ['lab', 'chaos']]
      : ['a sample of the crash matrix', ['chaos']];
  all.push([name, async () => total(await Promise.all(projects.map(vitest)))]);
  return all;
}

function total(counts) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const count of counts) for (const key of Object.keys(sum)) sum[key] += count[key];
  return sum;
}

async function main() {
  await setUp();
  const counts = [];
  for (const [name, runPart] of await parts()) {
    say(name);
    const started = Date.now();
    const count = await runPart();
    const seconds = Math.round((Date.now() - started) / 1000);
    say(`${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped, ${seconds} s`);
    counts.push(count);
  }
  const sum = total(counts);
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
  console.log(`\n${sum.passed} passed, ${sum.failed} failed${skipped}`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
