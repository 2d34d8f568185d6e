import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Lab, LabNode } from './lab.js';

/** The tests' own hands and eyes on a node: the host's ssh client, so that nothing of the product judges itself. */
export async function onNode(lab: Lab, node: LabNode, command: string): Promise<string> {
  const flags = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  const options = flags.flatMap((flag) => ['-o', flag]);
  const target = ['-i', lab.ssh.privateKeyFile, '-p', lab.ssh.port.toString(), `root@${node.manageHost}`];
  const child = spawn('ssh', ['-F', 'none', ...options, ...target, 'LC_ALL=C bash -euo pipefail'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdin.end(command);
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  const [stdout, stderr] = await output;
  if (exitCode !== 0) throw new Error(`on ${node.name}: exit code ${exitCode ?? 'none'}: ${stderr.trim()}\n${command}`);
  return stdout;
}
