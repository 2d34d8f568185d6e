#!/usr/bin/env node
/**
 * The crash matrix: docs/how-to/replay-a-crash.md.
 *
 *   npm run test:chaos                                      every case; writes docs/reference/crash-matrix.md
 *   npm run test:chaos -- --seed N                          every case, other choices
 *   npm run test:chaos -- --case NAME                       one case, or all whose names begin so
 *   npm run test:chaos -- --sample [--count N] [--seed N]   what `npm test` runs, or more of it
 *   ... --report FILE                                       where to write the report, also of a sample
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout, ensureBuild } from '../../scripts/lib/checkout.mjs';
import { reportOf } from './report.mjs';

const DEFAULT_SEED = '1';
/** Processes that share the cases. Most of the time a case waits for a lease to run out; more of them only get in each other's way. */
const SHARDS = 2;
const REPORT = join('docs', 'reference', 'crash-matrix.md');

function readOptions() {
  const { values } = parseArgs({
    options: {
      case: { type: 'string' },
      sample: { type: 'boolean' },
      count: { type: 'string' },
      seed: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const { case: wanted, sample = false, count, seed = DEFAULT_SEED } = values;
  const all = wanted === undefined && !sample;
  const report = values.report ?? (all ? join(checkout, REPORT) : null);
  return { wanted, sample, count, seed, all, report };
}

/** @returns {Promise<number>} the exit code */
function vitest(environment, resultFile, files) {
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${resultFile}`];
  const args = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'chaos', ...reporters, ...files];
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

/** @returns {Promise<number[]>} the exit codes */
function runAll({ wanted, sample, count, seed, all }, fileOf) {
  const environment = {
    BRICKYARD_CHAOS_SEED: seed,
    BRICKYARD_CHAOS: sample ? 'sample' : 'all',
    ...(wanted === undefined ? {} : { BRICKYARD_CHAOS_CASE: wanted }),
    ...(count === undefined ? {} : { BRICKYARD_CHAOS_COUNT: count }),
  };
  if (!all) return Promise.all([vitest(environment, fileOf(1), wanted === undefined ? [] : ['crash-matrix'])]);
  return Promise.all(
    Array.from({ length: SHARDS }, (_, index) => {
      const shard = { ...environment, BRICKYARD_CHAOS_SHARD: `${index + 1}/${SHARDS}` };
      return vitest(shard, fileOf(index + 1), index === 0 ? [] : ['crash-matrix']);
    }),
  );
}

async function main() {
  const options = readOptions();
  const { seed, all, report } = options;
  await ensureBuild((text) => console.log(text));
  const folder = mkdtempSync(join(tmpdir(), 'brickyard-chaos-'));
  const fileOf = (number) => join(folder, `${number}.json`);
  try {
    const startedAt = Date.now();
    const exitCodes = await runAll(options, fileOf);
    if (report !== null) {
      const results = exitCodes.map((_, index) => JSON.parse(readFileSync(fileOf(index + 1), 'utf8')));
      writeFileSync(report, await reportOf(results, { seed, all, durationMs: Date.now() - startedAt }));
      console.log(`written: ${report}`);
    }
    return exitCodes.find((code) => code !== 0) ?? 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
