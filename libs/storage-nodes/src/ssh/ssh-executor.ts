import ssh2 from 'ssh2';
import type { CommandRecord, PinnedHostKey } from '#domain';
import { maskText } from '#kernel';
import { shellLine } from '../quote.js';
import type { RemoteCommand, RemoteExecutor, RemoteResult } from '../remote-executor.js';
import { assertLive, NodeUnreachableError, type NodeAddress, type NodeCall } from '../storage-nodes.js';
import { ObservedHealth, type CommandEnd } from '../health/node-health.js';
import { endpointOf } from './endpoint.js';
import { NodeLink } from './node-link.js';
import { sshDefaults, type SshOptions, type SshSettings } from './options.js';

const STDERR_TAIL = 2000;
/** What `timeout` answers where it had to end the command; 137 where only the KILL after the grace time did. */
const TIMED_OUT = 124;
const KILLED = 137;

/** Runs commands over SSH: one pooled connection per node, pinned host keys, deadlines kept on the node itself. */
export class SshExecutor implements RemoteExecutor {
  readonly #settings: SshSettings;
  readonly #links = new Map<string, NodeLink>();
  readonly health: ObservedHealth;
  /** Which calls were told the key of a node that has none pinned yet. */
  readonly #told = new WeakMap<NodeCall, Set<string>>();
  #closed = false;

  /** @throws Error where the private key cannot be read; the text has no part of it */
  constructor(options: SshOptions) {
    this.#settings = { ...sshDefaults, ...options };
    this.health = new ObservedHealth(
      this.#settings.suspectAfterMs,
      (nodeId, host) => this.#links.get(linkKey(nodeId, host))?.circuit ?? 'closed',
    );
    const key = ssh2.utils.parseKey(options.privateKey);
    if (key instanceof Error) {
      throw new Error(`the SSH private key cannot be read: ${key.message}`);
    }
    if (!key.isPrivateKey()) {
      throw new Error('the SSH private key cannot be read: it is a public key');
    }
  }

  async run(node: NodeAddress, command: RemoteCommand, call: NodeCall): Promise<RemoteResult> {
    if (this.#closed) {
      throw new NodeUnreachableError('the SSH connections are closed', node.manageHost, false);
    }
    call.signal.throwIfAborted();
    const ended = this.health.sent(node);
    let end: CommandEnd = 'unknown';
    try {
      const result = await this.#run(node, command, call);
      end = 'answered';
      return result;
    } catch (error) {
      if (!(error instanceof NodeUnreachableError)) throw error;
      end = error.sent ? 'silent' : 'unreachable';
      throw withNodeId(error, node);
    } finally {
      ended(end);
    }
  }

  async #run(node: NodeAddress, command: RemoteCommand, call: NodeCall): Promise<RemoteResult> {
    const line = this.#line(command);
    const startedAt = performance.now();
    const record = (exitCode: number | null, stderr: string): void =>
      call.onCommand(recordOf(node, command, exitCode, performance.now() - startedAt, stderr));
    let result: RemoteResult;
    try {
      result = await this.#link(node).run(
        {
          line,
          stdin: command.stdin ?? '',
          giveUpMs: command.timeoutMs + this.#settings.deadlineGraceMs,
          maxOutputBytes: command.maxOutputBytes ?? this.#settings.maxOutputBytes,
          signal: call.signal,
          assertLive: () => assertLive(call),
        },
        node.hostKey,
        (key) => this.#tell(node, key, call),
      );
    } catch (error) {
      record(null, error instanceof Error ? error.message : '');
      throw error;
    }
    record(result.exitCode, result.stderr);
    const ranMs = performance.now() - startedAt;
    if (result.exitCode === TIMED_OUT || (result.exitCode === KILLED && ranMs >= command.timeoutMs)) {
      const text = `the deadline of ${seconds(command)} s passed on node ${node.manageHost}; whether the command took effect is not known; check whether a disk or glusterd hangs there`;
      throw new NodeUnreachableError(text, node.manageHost, true);
    }
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    this.#links.clear();
  }

  /** `timeout` on the node ends a command whose caller has gone; English texts are what the parsers know. */
  #line(command: RemoteCommand): string {
    const sudo = this.#settings.sudo ? 'sudo -n ' : '';
    const words = shellLine([...(command.prefix ?? []), ...command.argv]);
    return `${sudo}env LC_ALL=C timeout --kill-after=10s ${seconds(command)}s ${words}`;
  }

  #link(node: NodeAddress): NodeLink {
    const key = linkKey(node.nodeId, node.manageHost);
    const known = this.#links.get(key);
    if (known !== undefined) {
      return known;
    }
    const link = new NodeLink(endpointOf(node.manageHost, this.#settings.port), this.#settings);
    this.#links.set(key, link);
    return link;
  }

  /** Once per call and node: whoever made the call pins the key, however many commands the call takes. */
  #tell(node: NodeAddress, key: PinnedHostKey, call: NodeCall): void {
    const told = this.#told.get(call) ?? new Set<string>();
    if (node.hostKey === null && !told.has(node.nodeId)) {
      this.#told.set(call, told.add(node.nodeId));
      call.onHostKey?.(node.nodeId, key);
    }
  }
}

const linkKey = (nodeId: string, manageHost: string): string => `${nodeId} ${manageHost}`;

/** It is what other commands and requests call the node. */
function withNodeId({ message, node, sent }: NodeUnreachableError, { nodeId }: NodeAddress): NodeUnreachableError {
  return new NodeUnreachableError(`${message} (node id ${nodeId})`, node, sent, nodeId);
}

const seconds = (command: RemoteCommand): number => Math.max(1, Math.ceil(command.timeoutMs / 1000));

function recordOf(
  node: NodeAddress,
  command: RemoteCommand,
  exitCode: number | null,
  durationMs: number,
  stderr: string,
): CommandRecord {
  // Masked as a whole: of half a key nobody could tell what it is.
  const tail = maskText(stderr.trim()).slice(-STDERR_TAIL);
  return {
    node: node.manageHost,
    command: maskText(shellLine(command.argv)),
    exitCode,
    durationMs: Math.round(durationMs),
    ...(exitCode !== 0 && tail !== '' ? { stderr: tail } : {}),
  };
}
