#!/usr/bin/env node
/**
 * The history check, the long way: docs/reference/history-check.md.
 *
 *   npm run test:history                     every scenario, twice five minutes under kill -9; writes the page
 *   npm run test:history -- --seconds N      under kill -9, each time, instead of 300
 *   npm run test:history -- --short          as long as in `npm test`
 *   npm run test:history -- --seed N         as in another run
 *   npm run test:history -- --file NAME      one of test/cluster/*.cluster.spec.ts
 *   npm run test:history -- --test TEXT      those tests whose name has this text
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout, ensureBuild } from '../../scripts/lib/checkout.mjs';
import { ensureHaproxy, ensureRedis } from '../../scripts/lib/servers.mjs';
import { reportOf } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: Math.floor(Math.random() * 1_000_000).toString() },
    file: { type: 'string' },
    test: { type: 'string' },
  },
});

/** @returns {Promise<number>} the exit code */
function vitest(environment) {
  const { file, test } = options;
  const only = [...(file === undefined ? [] : [file]), ...(test === undefined ? [] : ['-t', test])];
  const args = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'cluster', ...only];
  const child = spawn(process.execPath, args, {
    cwd: checkout,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Everything, the long way: the page is about that. */
const isWhole = () => !options.short && options.file === undefined && options.test === undefined;

async function writePage(facts, minutes) {
  const { seed, seconds } = options;
  const told = readFileSync(facts, 'utf8').trim().split('\n');
  const page = await reportOf(
    told.map((line) => JSON.parse(line)),
    { seed, seconds, minutes },
  );
  writeFileSync(join(checkout, 'docs', 'reference', 'history-check.md'), page);
  console.log('written: docs/reference/history-check.md');
}

async function main() {
  const say = (text) => console.log(text);
  await ensureBuild(say);
  for (const missing of [await ensureHaproxy(say), await ensureRedis(say)]) {
    if (missing !== null) throw new Error(missing);
  }
  const folder = mkdtempSync(join(tmpdir(), 'brickyard-history-'));
  const facts = join(folder, 'facts');
  writeFileSync(facts, '');
  try {
    const begunAt = Date.now();
    const exitCode = await vitest({
      BRICKYARD_HISTORY_SECONDS: options.short ? '' : options.seconds,
      BRICKYARD_HISTORY_SEED: options.seed,
      BRICKYARD_HISTORY_FACTS: facts,
    });
    if (exitCode === 0 && isWhole()) await writePage(facts, Math.ceil((Date.now() - begunAt) / 60_000));
    return exitCode;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
