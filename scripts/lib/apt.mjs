/** Debian packages: quiet, without questions, patient with another apt that holds the lock. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';

const LOCK_TIMEOUT_SECONDS = 300;
const INSTALL_TIMEOUT_MS = 600_000;

export function onPath(program) {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** Debian, and allowed to. */
export function canInstall() {
  return existsSync('/etc/debian_version') && onPath('apt-get') && process.getuid?.() === 0;
}

/** @throws Error in apt's words, the last line of them */
export async function installPackages(names) {
  const options = ['-qq', '-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`, '-o', 'Acquire::Retries=3'];
  const apt = (...args) =>
    run('apt-get', [...options, ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeoutMs: INSTALL_TIMEOUT_MS,
    });
  const install = () => apt('install', '-y', '--no-install-recommends', ...names);
  if ((await install()).exitCode === 0) return;
  // The package lists are absent, or older than the mirror.
  await apt('update');
  const { exitCode, stderr } = await install();
  if (exitCode !== 0) throw new Error(`apt-get cannot install ${names.join(' ')}: ${stderr.trim().split('\n').at(-1)}`);
}
