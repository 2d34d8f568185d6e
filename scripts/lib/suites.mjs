/** Runs one part of the tests after the other, its output as it comes, and counts. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from './checkout.mjs';

/** Each part takes a few minutes; on a busy machine some more. One that hangs must not hang for ever. */
const PART_TIMEOUT_MS = 1_500_000;
const KILL_AFTER_MS = 10_000;

/** @returns {Promise<number>} the exit code */
function node(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: checkout, stdio: ['ignore', 'inherit', 'inherit'] });
    const timer = setTimeout(() => {
      console.error(`not done after ${PART_TIMEOUT_MS / 1000} s, ended`);
      // Politely first: servers that the tests have started are stopped by the one who did.
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    }, PART_TIMEOUT_MS);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
}

const noCounts = { passed: 0, failed: 0, skipped: 0 };

/** A part that ends badly without naming a failed test (a file that does not load, a lost worker) has failed all the same. */
const atLeastOneFailure = (count, exitCode) => (exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count);

export async function typecheck() {
  const exitCode = await node([join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit']);
  return atLeastOneFailure(noCounts, exitCode);
}

export async function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), 'brickyard-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const exitCode = await node([
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
