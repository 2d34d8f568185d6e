/** What the host must have for the lab, and getting it. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { canInstall, installPackages, onPath } from '../../../scripts/lib/apt.mjs';
import { run } from '../../../scripts/lib/process.mjs';

/** Program and the Debian package that brings it. */
const programs = {
  'linux.uml': 'user-mode-linux',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  ip: 'iproute2',
  ssh: 'openssh-client',
  gcc: 'gcc',
  flock: 'util-linux',
};

/** This machine is not one that can run the lab: no fault of the lab or of what is tested in it. */
export class Unsuitable extends Error {}

/** @throws Unsuitable with the reason in one sentence, as far as can be told without starting a guest */
export async function checkHost() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Unsuitable(`the lab runs User-Mode Linux on x86-64; this is ${process.platform} on ${process.arch}`);
  }
  if (process.getuid() !== 0) throw new Unsuitable('the lab makes a network namespace and disk images and needs root');
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    throw new Unsuitable('the lab needs /dev/net/tun for the network of its guests');
  }
  if (!onPath('unshare') || (await run('unshare', ['--net', 'true'])).exitCode !== 0) {
    throw new Unsuitable('the lab needs network namespaces, and this machine does not let root make one');
  }
  const missing = missingPackages();
  if (missing.length > 0 && !canInstall()) {
    throw new Unsuitable(`the lab needs ${missing.join(', ')}, and only on Debian it installs them by itself`);
  }
}

function missingPackages() {
  const missing = Object.entries(programs).flatMap(([program, name]) => (onPath(program) ? [] : [name]));
  // gcc alone compiles nothing: the C library's headers come apart from it.
  return existsSync('/usr/include/dlfcn.h') ? missing : [...missing, 'libc6-dev'];
}

/** @throws Unsuitable where the package mirror does not give them */
export async function installPrograms(say) {
  const missing = missingPackages();
  if (missing.length === 0) return;
  say(`installing ${missing.join(', ')}`);
  try {
    await installPackages(missing);
  } catch (error) {
    throw new Unsuitable(error.message);
  }
}

/** The version of the guests' kernel, which comes with the UML package. */
export function kernelVersion() {
  return readdirSync('/usr/lib/uml/modules').sort().join(' ');
}
