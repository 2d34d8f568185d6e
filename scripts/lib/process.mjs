/** Programs of the host, and waiting for what they bring about. Every wait has an end. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 250;

/**
 * Runs a program to its end.
 * @returns {Promise<{exitCode: number, stdout: string, stderr: string}>} exit code 124 where the time
 *   was up, 127 where there is no such program
 */
export function run(program, args, { timeoutMs = 60_000, env = process.env, inherit = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['ignore', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout?.on('data', (chunk) => (stdout += chunk));
    child.stderr?.on('data', (chunk) => (stderr += chunk));
    child.once('error', (error) => {
      clearTimeout(timer);
      if (error.code === 'ENOENT') resolve({ exitCode: 127, stdout, stderr: `${program}: not found` });
      else reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (late) stderr += `not done after ${timeoutMs / 1000} s`;
      resolve({ exitCode: late ? 124 : (code ?? 1), stdout, stderr });
    });
  });
}

/** Like `run`, for a program that has to succeed. @throws Error with the program's own words */
export async function must(program, args, options) {
  const result = await run(program, args, options);
  if (result.exitCode !== 0) {
    const words = (result.stderr || result.stdout).trim();
    throw new Error(`${program} ${args.join(' ')}: exit code ${result.exitCode}${words && `: ${words}`}`);
  }
  return result.stdout;
}

/** Asks again and again until `condition` is true. @throws Error `<what> not after <n> s` */
export async function waitUntil(what, timeoutMs, condition) {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not after ${timeoutMs / 1000} s`);
    await delay(POLL_MS);
  }
}
