/** Runs one part of the tests after the other, its output as it comes, and counts. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from './checkout.mjs';

/** The parts together have to end within ten minutes; one that hangs must say so before that. */
const PART_TIMEOUT_MS = 420_000;
const KILL_AFTER_MS = 10_000;

/** @returns {Promise<{exitCode: number, lastLine: string}>} */
function stream(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: checkout, stdio: ['ignore', 'pipe', 'inherit'] });
    let tail = '';
    const timer = setTimeout(() => {
      console.error(`not done after ${PART_TIMEOUT_MS / 1000} s, ended`);
      // Politely first: servers that the tests have started are stopped by the one who did.
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    }, PART_TIMEOUT_MS);
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      tail = (tail + chunk).slice(-4096);
    });
    child.once('error', reject);
    // Not 'close': a worker that outlives its parent may hold the output open.
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ exitCode: code ?? 1, lastLine: tail.trimEnd().split('\n').at(-1) ?? '' });
    });
  });
}

const noCounts = { passed: 0, failed: 0, skipped: 0 };

const node = (args) => stream(process.execPath, args);

/** A part that ends badly without naming a failed test (a file that does not load, a lost worker) has failed all the same. */
const atLeastOneFailure = (count, exitCode) => (exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count);

export async function typecheck() {
  const { exitCode } = await node([join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit']);
  return atLeastOneFailure(noCounts, exitCode);
}

export async function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), 'brickyard-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const { exitCode } = await node([
      join('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      project,
      ...reporters,
    ]);
    return atLeastOneFailure(
      existsSync(report) ? countsOf(JSON.parse(readFileSync(report, 'utf8'))) : noCounts,
      exitCode,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countsOf(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** A program that closes with 'N passed, N failed'. */
export async function program(path, args = []) {
  const { exitCode, lastLine } = await node([path, ...args]);
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(lastLine) ?? [];
  const count = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped ?? 0) };
  return atLeastOneFailure(count, exitCode);
}
