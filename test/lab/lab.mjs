#!/usr/bin/env node
/**
 * Real storage nodes on this machine: docs/how-to/run-the-lab.md.
 *
 *   lab.mjs up | down | status        the whole lab
 *   lab.mjs state                     what it is made of, as JSON; null where it is down
 *   lab.mjs hold                      keeps others who hold it waiting: echoes a line once it has the lab, until stdin ends
 *   lab.mjs can-run                   exit code 0 where this machine can, else 2 and the reason
 *   lab.mjs kill|stop|start|cut|join|revive NODE     what happens to one node: power cut, shutdown, boot, network loss and its
 *                                     end; revive: up and joined, whatever it was
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDisks, guestIsAlive, killGuest, startGuest, stopGuest, waitForGuest } from './control/guest.mjs';
import { checkHost, installPrograms, kernelVersion, Unsuitable } from './control/host.mjs';
import { ensureImage } from './control/image.mjs';
import { forwarderMark, imageFiles, imageKey, lockFiles, nodes, runFolder, stateFile } from './control/layout.mjs';
import { endProcessesOfTheLab } from './control/leftovers.mjs';
import { createNetwork, removeNetwork, setLink } from './control/network.mjs';
import { run } from '../../scripts/lib/process.mjs';
import { ssh } from './control/ssh.mjs';
import { readState, writeState } from './control/state.mjs';

/** Tells those who start the lab that this is not the machine for it; anything else is a failure. */
const EXIT_UNSUITABLE = 2;

const say = (text) => process.stdout.write(`lab: ${text}\n`);

async function up() {
  const started = Date.now();
  await installPrograms(say);
  const state = readState();
  if (state !== null && state.imageKey === imageKey(kernelVersion()) && (await everyNodeAnswers(state))) {
    say('already up');
    return describe(state);
  }
  // Half a lab is not mended but made again: that takes a quarter of a minute and leaves no doubt.
  await down();
  const key = await ensureImage(say);
  const image = imageFiles(key);
  mkdirSync(runFolder, { recursive: true });
  say(`starting ${nodes.length} storage nodes`);
  await createNetwork(nodes);
  await startForwarder();
  for (const node of nodes) {
    createDisks(node);
    startGuest(node, image);
  }
  await Promise.all(nodes.map((node) => waitForGuest(node, image)));
  describe(writeState(key, image));
  say(`up after ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

async function down() {
  await endProcessesOfTheLab();
  await removeNetwork();
  rmSync(runFolder, { recursive: true, force: true });
}

async function everyNodeAnswers(state) {
  const image = imageFiles(state.imageKey);
  const answers = await Promise.all(nodes.map((node) => ssh(node, image, 'gluster --mode=script pool list', 15_000)));
  return answers.every((answer) => answer.exitCode === 0);
}

async function startForwarder() {
  const log = openSync(join(runFolder, 'forwarder.log'), 'a');
  const program = join(import.meta.dirname, 'control', 'forwarder.mjs');
  const child = spawn(process.execPath, [program, 'outer', forwarderMark], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const failed = once(child, 'exit').then(() => {
    throw new Error(
      `the SSH ports could not be opened at ${nodes.map((n) => n.sshHost).join(', ')}: see ${runFolder}/forwarder.log`,
    );
  });
  await Promise.race([once(child.stdout, 'data'), failed]);
  failed.catch(() => undefined);
  child.stdout.destroy();
  child.unref();
}

function describe(state) {
  for (const node of state.nodes) {
    say(`${node.storageHost}: ssh ${node.manageHost}:${state.ssh.port}, devices ${node.devices.join(' ')}`);
  }
  say(`ssh user ${state.ssh.user} (or ${state.ssh.sudoUser} with sudo), key ${state.ssh.privateKeyFile}`);
  say(`all of it in ${stateFile}`);
}

function status() {
  const state = readState();
  if (state === null) return say('down');
  for (const node of nodes) say(`${node.name}: ${guestIsAlive(node) ? 'running' : 'not running'}`);
  describe(state);
}

const onOneNode = {
  kill: (node) => killGuest(node),
  stop: (node, image) => stopGuest(node, image),
  start: async (node, image) => {
    startGuest(node, image);
    await waitForGuest(node, image);
  },
  cut: (node) => setLink(node, false),
  join: (node) => setLink(node, true),
  revive: async (node, image) => {
    await setLink(node, true);
    if (!guestIsAlive(node)) startGuest(node, image);
    await waitForGuest(node, image);
  },
};

async function main([command, name]) {
  await checkHost();
  if (command === 'can-run') return;
  if (command === 'state') return void process.stdout.write(`${JSON.stringify(readState())}\n`);
  if (command === 'hold') return hold();
  if (process.env['BRICKYARD_LAB_LOCKED'] === undefined) return underLock(process.argv.slice(2));
  if (command === 'up') return up();
  if (command === 'down') return down();
  if (command === 'status') return status();
  const act = onOneNode[command];
  const node = nodes.find((one) => one.name === name);
  if (act === undefined || node === undefined) {
    throw new Error(
      'usage: lab.mjs up | down | status | state | hold | can-run | kill|stop|start|cut|join|revive NODE',
    );
  }
  const state = readState();
  if (state === null) throw new Error('the lab is down: npm run lab:up');
  return act(node, imageFiles(state.imageKey));
}

/** Two runs of tests on one set of nodes would wipe each other's volumes. */
async function hold() {
  const lock = ['-o', '-w', '1800', lockFiles.tests, 'cat'];
  const [exitCode] = await once(spawn('flock', lock, { stdio: 'inherit' }), 'exit');
  process.exitCode = exitCode;
}

/** Two at once would tear down each other's nodes. The lock's file is not handed on to the guests (-o), who outlive us. */
async function underLock(words) {
  const lock = ['-o', '-w', '900', lockFiles.control, process.execPath, import.meta.filename, ...words];
  const env = { ...process.env, BRICKYARD_LAB_LOCKED: '1' };
  const { exitCode } = await run('flock', lock, { inherit: true, env, timeoutMs: 2_000_000 });
  process.exitCode = exitCode;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`lab: ${error.message}\n`);
  process.exitCode = error instanceof Unsuitable ? EXIT_UNSUITABLE : 1;
}
