/** The file that tells the tests what there is: names, addresses, disks and keys. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { deviceName, disk, namespace, nodes, sshPort, stateFile } from './layout.mjs';

function hostKeyOf(node, image) {
  const [algorithm, publicKey] = readFileSync(image.hostKey(node.name), 'utf8').split(' ');
  return { algorithm, publicKey };
}

export function writeState(imageKey, image) {
  const state = {
    backend: 'uml',
    imageKey,
    namespace,
    ssh: { port: sshPort, user: 'root', sudoUser: 'labadmin', privateKeyFile: image.key },
    nodes: nodes.map((node) => ({
      name: node.name,
      manageHost: node.sshHost,
      storageHost: node.name,
      guestAddress: node.guestAddress,
      devices: node.dataDisks.map((_, i) => deviceName(i)),
      diskSizeGiB: disk.sizeGiB,
      hostKey: hostKeyOf(node, image),
    })),
  };
  writeFileSync(stateFile, `${JSON.stringify(state, null, 2)}\n`);
  return state;
}

/** null where no lab has come up completely. */
export function readState() {
  return existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : null;
}
