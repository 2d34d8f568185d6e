#!/usr/bin/env node
/**
 * The crash matrix: docs/how-to/replay-a-crash.md.
 *
 *   npm run test:chaos                          every case; writes docs/reference/crash-matrix.md
 *   npm run test:chaos -- --case NAME           one case, or all whose names begin so
 *   npm run test:chaos -- --sample [--seed N]   what `npm test` runs
 *   npm run test:chaos -- --seed N              every case, other choices
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout, ensureBuild } from '../../scripts/lib/checkout.mjs';
import { reportOf } from './report.mjs';

const DEFAULT_SEED = '1';

function readOptions() {
  const { values } = parseArgs({
    options: { case: { type: 'string' }, sample: { type: 'boolean' }, seed: { type: 'string' } },
  });
  const { case: wanted, sample = false, seed = DEFAULT_SEED } = values;
  return { wanted, sample, seed, all: wanted === undefined && !sample };
}

/** @returns {Promise<number>} the exit code */
function vitest(environment, reportFile, files) {
  const args = [
    'run',
    '--project',
    'chaos',
    '--reporter=verbose',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...files,
  ];
  const child = spawn(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), ...args], {
    cwd: checkout,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function main() {
  const { wanted, sample, seed, all } = readOptions();
  await ensureBuild((text) => console.log(text));
  const environment = {
    BRICKYARD_CHAOS_SEED: seed,
    BRICKYARD_CHAOS: sample ? 'sample' : 'all',
    ...(wanted === undefined ? {} : { BRICKYARD_CHAOS_CASE: wanted }),
  };
  const folder = mkdtempSync(join(tmpdir(), 'brickyard-chaos-'));
  const report = join(folder, 'report.json');
  try {
    const startedAt = Date.now();
    const exitCode = await vitest(environment, report, wanted === undefined ? [] : ['crash-matrix']);
    if (all) {
      const page = await reportOf(JSON.parse(readFileSync(report, 'utf8')), seed, Date.now() - startedAt);
      writeFileSync(join(checkout, 'docs', 'reference', 'crash-matrix.md'), page);
      console.log('written: docs/reference/crash-matrix.md');
    }
    return exitCode;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
