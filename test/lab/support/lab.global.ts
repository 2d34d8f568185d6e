import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { labSchema, type Lab } from './lab.js';

const program = join(import.meta.dirname, '..', 'lab.mjs');

/** Its progress is shown: the first start takes a minute or two. */
async function runLab(command: 'up' | 'down'): Promise<void> {
  const child = spawn(process.execPath, [program, command], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  if (exitCode !== 0) throw new Error(`lab.mjs ${command} failed`);
}

async function readLab(): Promise<Lab | null> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'state']);
  const state: unknown = JSON.parse(stdout);
  return state === null ? null : labSchema.parse(state);
}

/** Waits for its turn: another run, of another checkout maybe, may be using the nodes. Returns how to give them back. */
async function holdLab(): Promise<() => void> {
  const holder = spawn(process.execPath, [program, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'] });
  holder.stdin.write('ours\n');
  const refused = once(holder, 'exit').then(() => {
    throw new Error('the lab could not be had: another run of tests has held it for half an hour');
  });
  await Promise.race([once(holder.stdout, 'data'), refused]);
  refused.catch(() => undefined);
  return () => holder.stdin.end();
}

/** Brings the lab up, and down again where it was down before: who has started it by hand keeps it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const release = await holdLab();
  const wasUp = (await readLab()) !== null;
  await runLab('up');
  const lab = await readLab();
  if (lab === null) throw new Error('the lab came up without saying where its nodes are');
  project.provide('lab', lab);
  return async () => {
    if (!wasUp) await runLab('down');
    release();
  };
}
