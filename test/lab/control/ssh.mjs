/** Commands on a node as root, through the host's ssh client. */
import { sshPort } from './layout.mjs';
import { run } from '../../../scripts/lib/process.mjs';

export function ssh(node, image, command, timeoutMs) {
  const options = {
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    ConnectTimeout: '3',
    // The keys were made together with the image, and the address is a loopback one of this host.
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const target = ['-i', image.key, '-p', String(sshPort), `root@${node.sshHost}`];
  return run('ssh', ['-F', 'none', ...flags, ...target, command], { timeoutMs });
}
