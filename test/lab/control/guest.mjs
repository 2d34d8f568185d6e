/** One storage node: a User-Mode Linux guest, which is a group of processes of the host. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { disk, guestMark, guestMemory, namespace } from './layout.mjs';
import { waitUntil } from '../../../scripts/lib/process.mjs';
import { ssh } from './ssh.mjs';

const GIB = 1024 ** 3;
const BOOT_TIMEOUT_MS = 120_000;

export function createDisks(node) {
  for (const path of node.dataDisks) {
    writeFileSync(path, '');
    truncateSync(path, disk.sizeGiB * GIB);
  }
}

/** Boots the node; its own disk keeps what it wrote before, as a copy-on-write file over the image. */
export function startGuest(node, image) {
  const disks = [`ubd0=${node.rootDisk},${image.base}`, ...node.dataDisks.map((path, i) => `ubd${i + 1}=${path}`)];
  const kernelArguments = [
    `umid=${node.name}`,
    guestMark,
    `mem=${guestMemory}`,
    ...disks,
    'root=/dev/ubda',
    'rw',
    'fstab=no',
    'con=null',
    'con0=null,fd:1',
    'noreboot',
    'panic=1',
    'quiet',
    `lab.name=${node.name}`,
    `lab.ip=${node.guestAddress}/24`,
    `vec0:transport=tap,ifname=${node.tap},depth=128,gro=1`,
  ];
  const console = openSync(node.console, 'a');
  const guest = spawn('ip', ['netns', 'exec', namespace, 'linux.uml', ...kernelArguments], {
    // Detached: it leads a process group of its own, which is how all of it can be ended at once.
    detached: true,
    stdio: ['ignore', console, console],
    // Its memory is a file in TMPDIR: on a disk it would be written back.
    env: { ...process.env, TMPDIR: '/dev/shm', LD_PRELOAD: image.shim },
  });
  closeSync(console);
  guest.unref();
  writeFileSync(node.pidFile, String(guest.pid));
}

function groupOf(node) {
  return existsSync(node.pidFile) ? Number(readFileSync(node.pidFile, 'utf8')) : null;
}

/** Looks through /proc: a group of zombies, whose parent has not asked for them yet, is no guest any more. */
export function guestIsAlive(node) {
  const group = groupOf(node);
  if (group === null) return false;
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isLiveMember(name, group));
}

function isLiveMember(pid, group) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return false; // ended meanwhile
    throw error;
  }
  // After the name, which is in brackets: state, parent, group.
  const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state !== 'Z' && Number(itsGroup) === group;
}

/** A power cut. What was written in the last second may be lost, unless the caller has synced. */
export async function killGuest(node) {
  if (guestIsAlive(node)) process.kill(-groupOf(node), 'SIGKILL');
  await waitUntil(`${node.name} is dead`, 10_000, () => !guestIsAlive(node));
  rmSync(node.pidFile, { force: true });
}

/** An orderly shutdown. */
export async function stopGuest(node, image) {
  await ssh(node, image, 'systemctl poweroff --no-block', 5_000);
  await waitUntil(`${node.name} has shut down`, 30_000, () => !guestIsAlive(node));
  rmSync(node.pidFile, { force: true });
}

/** Ready: sshd lets us in and glusterd answers. @throws Error with the end of the console where the guest has died */
export async function waitForGuest(node, image) {
  await waitUntil(`${node.name} is ready`, BOOT_TIMEOUT_MS, async () => {
    if (!guestIsAlive(node)) throw new Error(`${node.name} died while it started:\n${consoleTail(node)}`);
    const command = 'systemctl is-active -q glusterd && gluster --mode=script pool list';
    return (await ssh(node, image, command, 10_000)).exitCode === 0;
  });
}

function consoleTail(node) {
  return readFileSync(node.console, 'latin1').split('\n').slice(-15).join('\n');
}
