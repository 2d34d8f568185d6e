import { Client } from 'ssh2';
import type { PinnedHostKey } from '#domain';
import { messageOf } from '#kernel';
import { NodeUnreachableError } from '../storage-nodes.js';
import { modernAlgorithms } from './algorithms.js';
import type { Endpoint } from './endpoint.js';
import { describeHostKey, sameHostKey } from './host-key.js';
import type { SshSettings } from './options.js';
import { runOnChannel, type ChannelCommand, type ConnectionState, type RunningCommand } from './remote-channel.js';

/** One SSH connection to one node, its host key checked. */
export class SshConnection {
  private constructor(
    private readonly client: Client,
    private readonly label: string,
    private readonly state: ConnectionState,
    /** The key that the node showed. */
    readonly hostKey: PinnedHostKey,
  ) {
    client.on('close', () => {
      state.lost = true;
    });
  }

  /**
   * @param pinned the key that the node must show; null takes whatever it shows
   * @param signal ends the attempt
   * @throws NodeUnreachableError (nothing sent)
   */
  static async open(
    endpoint: Endpoint,
    pinned: PinnedHostKey | null,
    settings: SshSettings,
    signal: AbortSignal,
  ): Promise<SshConnection> {
    const client = new Client();
    const giveUp = (): void => {
      client.destroy();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const shown: { key: PinnedHostKey | null } = { key: null };
    // the first thing that goes wrong explains the rest
    let trouble = '';
    client.on('error', (error: Error) => {
      trouble ||= error.message;
    });
    const why = (): string => trouble || 'the connection was closed';
    try {
      await new Promise<void>((resolve, reject) => {
        client.once('ready', resolve);
        client.once('close', () => reject(new Error(why())));
        client.connect({
          host: endpoint.host,
          port: endpoint.port,
          username: settings.user,
          privateKey: settings.privateKey,
          readyTimeout: settings.connectTimeoutMs,
          keepaliveInterval: settings.keepaliveIntervalMs,
          keepaliveCountMax: settings.keepaliveCountMax,
          algorithms: modernAlgorithms(pinned?.algorithm ?? null),
          hostVerifier: (key: Buffer): boolean => {
            shown.key = describeHostKey(key);
            return pinned === null || sameHostKey(pinned, shown.key);
          },
        });
      });
    } catch (error) {
      client.destroy();
      if (pinned !== null && shown.key !== null && !sameHostKey(pinned, shown.key)) {
        throw changedHostKey(endpoint, pinned, shown.key);
      }
      const text = `cannot reach node ${endpoint.label}: ${messageOf(error)}${remedy(endpoint, settings, messageOf(error))}`;
      throw new NodeUnreachableError(text, endpoint.label, false);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    if (shown.key === null) {
      client.destroy();
      throw new NodeUnreachableError(`node ${endpoint.label} showed no host key`, endpoint.label, false);
    }
    // commands are one small packet each; waiting for more to send with it costs 40 ms
    client.setNoDelay(true);
    return new SshConnection(client, endpoint.label, { lost: false, why }, shown.key);
  }

  get usable(): boolean {
    return !this.state.lost;
  }

  run(command: ChannelCommand): RunningCommand {
    return runOnChannel(this.client, this.label, this.state, command);
  }

  /** Ends the connection; commands under way end without an answer. */
  async close(): Promise<void> {
    if (this.state.lost) {
      return;
    }
    const closed = new Promise<void>((resolve) => this.client.once('close', () => resolve()));
    this.client.end();
    // a node that is cut off never answers the goodbye
    const impatience = setTimeout(() => this.client.destroy(), 1000);
    await closed;
    clearTimeout(impatience);
  }
}

/** It ends up in the answer to a client, whose reader has nothing else to go by. */
function remedy({ host, port }: Endpoint, { user }: SshSettings, why: string): string {
  return /authentication/i.test(why)
    ? `; check that ${user} may log in there with the configured key`
    : `; check that the node is up and that sshd answers on ${host}:${port}`;
}

function changedHostKey(endpoint: Endpoint, pinned: PinnedHostKey, shown: PinnedHostKey): NodeUnreachableError {
  return new NodeUnreachableError(
    `the host key of node ${endpoint.label} is not the pinned one: pinned ${pinned.algorithm} ${pinned.fingerprint}, ` +
      `shown ${shown.algorithm} ${shown.fingerprint}. Nothing was sent. If the node was installed anew, compare the ` +
      `fingerprint with "ssh-keygen -lf" on its console and pin the new key with "brickyard admin pin-host-key"; if it was not, somebody ` +
      `may be standing between Brickyard and the node.`,
    endpoint.label,
    false,
  );
}
