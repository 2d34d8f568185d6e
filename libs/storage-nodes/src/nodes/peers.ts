import { peerDetach, peerProbe, poolList } from '../commands/gluster.js';
import type { NodeSettings } from '../commands/settings.js';
import { parsePoolList } from '../parsers/gluster-xml.js';
import { NodeCommandError } from '../storage-nodes.js';
import type { NodeCommands } from './node-commands.js';

/** sudo's own refusal is no answer of glusterd. */
const SUDO_REFUSED = /^sudo:/m;
/** A probed peer becomes usable some heartbeats later; volumes that name it before are refused. */
const HANDSHAKE_MS = 30_000;
const POLL_MS = 250;

export async function glusterdRunning(commands: NodeCommands, settings: NodeSettings): Promise<boolean> {
  const command = poolList(settings);
  const result = await commands.run(command);
  if (result.exitCode !== 0 && SUDO_REFUSED.test(result.stderr)) {
    throw commands.refused(command, result);
  }
  return result.exitCode === 0;
}

export async function hasPeers(commands: NodeCommands, settings: NodeSettings): Promise<boolean> {
  const result = await commands.expectGluster(poolList(settings));
  // The node itself is always listed.
  return parsePoolList(result.stdout).length > 1;
}

export async function ensurePeer(commands: NodeCommands, host: string, settings: NodeSettings): Promise<void> {
  // asking again is harmless: "already in peer list" is a success
  await commands.expectGluster(peerProbe(host, settings));
  const until = performance.now() + HANDSHAKE_MS;
  while (!(await usable(commands, host, settings))) {
    if (performance.now() > until) {
      const text = `peer ${host} is known but has not become connected within ${HANDSHAKE_MS / 1000} s`;
      throw new NodeCommandError(text, commands.node.manageHost, 'gluster pool list --xml', 0);
    }
    await commands.pause(POLL_MS);
  }
}

/** A host that is not listed under this name is listed under another, or is the node that was asked. */
async function usable(commands: NodeCommands, host: string, settings: NodeSettings): Promise<boolean> {
  const result = await commands.expectGluster(poolList(settings));
  const peer = parsePoolList(result.stdout).find((candidate) => candidate.names.includes(host));
  return peer === undefined || (peer.connected && peer.befriended);
}

export async function removePeer(commands: NodeCommands, host: string, settings: NodeSettings): Promise<void> {
  await commands.expectGluster(peerDetach(host, settings), /is not part of cluster/i);
}
