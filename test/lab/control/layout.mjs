/** Where everything of the lab lies and what it is called: the one place for names, addresses and sizes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const imageSource = join(import.meta.dirname, '..', 'image');

/** Outside every checkout: a clean clone finds the image that another one has built. The lab needs root in any case. */
export const labFolder = process.env['BRICKYARD_LAB_DIR'] ?? '/var/cache/brickyard-lab';
export const runFolder = join(labFolder, 'run');
export const stateFile = join(runFolder, 'state.json');

/** One lab a machine, so not in the lab's folder, which can be another one each time. */
export const lockFiles = { control: '/run/lock/brickyard-lab', tests: '/run/lock/brickyard-lab-tests' };

/** Arguments by which the processes of the lab are told from all others of the host. */
export const guestMark = `uml_dir=${join(runFolder, 'uml')}`;
export const forwarderMark = `--lab=${runFolder}`;

export const namespace = 'brickyard-lab';
export const bridge = 'br0';
export const bridgeAddress = '10.77.0.1/24';
export const sshPort = 2222;
export const guestSshPort = 22;
/** Idle guests use 60 to 75 MB of it. */
export const guestMemory = '768M';
/** Sparse: a disk grows only by what is written. */
export const disk = { perNode: 3, sizeGiB: 20 };

/** One storage node: what Gluster calls it, where the host reaches its sshd, and what belongs to it on the host. */
function node(number) {
  const name = `node${number}`;
  return {
    name,
    guestAddress: `10.77.0.${10 + number}`,
    sshHost: `127.0.77.${10 + number}`,
    tap: `t${number}`,
    rootDisk: join(runFolder, `${name}.cow`),
    dataDisks: Array.from({ length: disk.perNode }, (_, i) => join(runFolder, `${name}-disk${i + 1}.img`)),
    console: join(runFolder, `${name}.console`),
    pidFile: join(runFolder, `${name}.pid`),
    socket: join(runFolder, `${name}.sock`),
  };
}

export const nodes = [node(1), node(2), node(3)];

/** UML names its block devices a, b, c...; a is the system's own disk. */
export const deviceName = (index) => `/dev/ubd${String.fromCharCode('b'.charCodeAt(0) + index)}`;

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** Changes with every file that the image is made from, and with the kernel whose modules it carries. */
export function imageKey(kernelVersion) {
  const hash = createHash('sha256').update(kernelVersion);
  for (const path of filesBelow(imageSource)) hash.update(path.slice(imageSource.length)).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

export const buildScript = join(imageSource, 'build.sh');

export function imageFiles(key) {
  const folder = join(labFolder, 'images', key);
  return {
    folder,
    base: join(folder, 'base.img'),
    shim: join(folder, 'xstate-shim.so'),
    key: join(folder, 'keys', 'id_ed25519'),
    hostKey: (name) => join(folder, 'keys', `${name}.pub`),
  };
}
