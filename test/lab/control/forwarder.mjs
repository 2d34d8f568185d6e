/**
 * Makes each node's sshd reachable at a loopback address of the host, all on one port, as the nodes of a real site are.
 *
 * Two halves, because a process lives in one network namespace: the outer one listens on loopback and passes each
 * connection to a Unix socket (those are files, and know no network namespaces); the inner one listens on these and
 * connects to the guests. The inner is the outer's child and ends with it.
 *
 * Usage: forwarder.mjs outer|inner MARK (the mark is for those who look for the process)
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { forwarderMark, guestSshPort, namespace, nodes, sshPort } from './layout.mjs';

/** An end of one side is an end of the other; an error on either closes both (a guest that is down refuses). */
function join(client, upstream) {
  client.pipe(upstream).pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
}

async function forward(listenAt, connectTo) {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    join(client, connect({ ...connectTo, allowHalfOpen: true }));
  });
  server.listen(listenAt);
  await once(server, 'listening');
}

async function inner() {
  // The pipe to the parent ends with the parent, however that ends.
  process.stdin.on('close', () => process.exit(0)).resume();
  for (const node of nodes) {
    rmSync(node.socket, { force: true });
    await forward({ path: node.socket }, { host: node.guestAddress, port: guestSshPort });
  }
  process.stdout.write('ready\n');
}

async function outer() {
  const command = ['netns', 'exec', namespace, process.execPath, import.meta.filename, 'inner', forwarderMark];
  const child = spawn('ip', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.once('exit', () => process.exit(1));
  await once(child.stdout, 'data');
  for (const node of nodes) await forward({ host: node.sshHost, port: sshPort }, { path: node.socket });
  process.stdout.write('ready\n');
}

await (process.argv[2] === 'inner' ? inner() : outer());
