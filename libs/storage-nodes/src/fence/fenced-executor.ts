import type { CommandRecord } from '#domain';
import { shellLine } from '../quote.js';
import type { RemoteCommand, RemoteExecutor, RemoteResult } from '../remote-executor.js';
import { NodeCommandError, type Fence, type NodeAddress, type NodeCall } from '../storage-nodes.js';
import { fenceRefusal, isNotInstalled } from './fence-answer.js';
import { fenceScript, type FenceScript } from './fence-script.js';
import { fenceWords } from './fence-words.js';

export interface FenceOptions {
  /** Written to each node by the first fenced command; a node that has another one runs nothing. Without it nodes are not asked. */
  readonly installationId?: string;
  /** How long a take-over lets commands go on that run under a lower epoch, before it asks them to end. Default 20. */
  readonly patienceSeconds?: number;
  /** How long after that it kills them. Default 20. */
  readonly graceSeconds?: number;
  /** How long a take-over may take: gluster commands are not ended but awaited, and have eleven minutes. Default 12 minutes. */
  readonly takeOverMs?: number;
}

const defaults = { patienceSeconds: 20, graceSeconds: 20, takeOverMs: 12 * 60_000 };
const SMALL_WORK_MS = 60_000;

/**
 * Puts the node's own check of the caller's leases in front of every command that comes with a fence, over any transport. The
 * check is a script that the first fenced command installs; from then on it costs no round trip.
 */
export class FencedExecutor implements RemoteExecutor {
  readonly #options: FenceOptions & typeof defaults;
  /** One for each call: transports tell calls apart. */
  readonly #calls = new WeakMap<NodeCall, NodeCall>();

  constructor(
    private readonly transport: RemoteExecutor,
    options: FenceOptions = {},
    private readonly script: FenceScript = fenceScript(),
  ) {
    this.#options = { ...defaults, ...options };
  }

  /** @throws FencedError, ForeignNodeError: the command did not run */
  async run(node: NodeAddress, command: RemoteCommand, call: NodeCall): Promise<RemoteResult> {
    const { fence } = call;
    if (!isFence(fence)) return this.transport.run(node, command, call);
    const prefix = ['sh', this.script.path, 'run', ...this.#words(node, fence), '--'];
    return this.#ask(node, { ...command, prefix }, call);
  }

  /** See StorageNodes.takeOver. */
  async takeOver(node: NodeAddress, call: NodeCall): Promise<void> {
    const { patienceSeconds, graceSeconds, takeOverMs } = this.#options;
    const patience = ['--patience', String(patienceSeconds), '--grace', String(graceSeconds)];
    await this.#order(node, 'take', patience, takeOverMs, call);
  }

  /** See StorageNodes.forgetNode. */
  async forget(node: NodeAddress, call: NodeCall): Promise<void> {
    await this.#order(node, 'forget', [], SMALL_WORK_MS, call);
  }

  /** See StorageNodes.nodeInstallation. */
  async installationOf(node: NodeAddress, call: NodeCall): Promise<string | null> {
    const command = { argv: ['cat', this.script.marker], timeoutMs: SMALL_WORK_MS };
    const result = await this.transport.run(node, command, call);
    const [owner = ''] = result.stdout.split('\n', 1);
    if (result.exitCode === 0) return owner === '' ? null : owner;
    if (result.stderr.includes('No such file or directory')) return null;
    throw failed(node, command, result);
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  async #order(
    node: NodeAddress,
    verb: string,
    more: readonly string[],
    timeoutMs: number,
    call: NodeCall,
  ): Promise<void> {
    call.signal.throwIfAborted();
    if (!isFence(call.fence)) return;
    const argv = ['sh', this.script.path, verb, ...more, ...this.#words(node, call.fence)];
    const command = { argv, timeoutMs };
    const result = await this.#ask(node, command, call);
    if (result.exitCode !== 0) throw failed(node, command, result);
  }

  /** Where the node does not have the script (it is new, or has booted) the command did not run, and is sent again after it. */
  async #ask(node: NodeAddress, command: RemoteCommand, call: NodeCall): Promise<RemoteResult> {
    const quiet = this.#withoutFirstTries(call);
    let result = await this.transport.run(node, command, quiet);
    if (isNotInstalled(result, this.script)) {
      await this.#install(node, quiet);
      result = await this.transport.run(node, command, quiet);
      if (isNotInstalled(result, this.script)) throw failed(node, command, result);
    }
    const refusal = fenceRefusal(result, node, this.#options.installationId, this.script);
    if (refusal !== null) throw refusal;
    return result;
  }

  async #install(node: NodeAddress, call: NodeCall): Promise<void> {
    const command = { argv: this.script.install, stdin: this.script.text, timeoutMs: SMALL_WORK_MS };
    const result = await this.transport.run(node, command, call);
    if (result.exitCode !== 0) throw failed(node, command, result);
  }

  #words(node: NodeAddress, fence: Fence): readonly string[] {
    return fenceWords(node, fence, this.#options.installationId);
  }

  /** What did not run because the script was missing is no command that was run. */
  #withoutFirstTries(call: NodeCall): NodeCall {
    const known = this.#calls.get(call);
    if (known !== undefined) return known;
    const onCommand = (record: CommandRecord): void => {
      const answer = { exitCode: record.exitCode ?? 0, stderr: record.stderr ?? '' };
      if (!isNotInstalled(answer, this.script)) call.onCommand(record);
    };
    const quiet = { ...call, onCommand };
    this.#calls.set(call, quiet);
    return quiet;
  }
}

const isFence = (fence: Fence | undefined): fence is Fence =>
  fence !== undefined && Object.keys(fence.epochs).length > 0;

function failed(node: NodeAddress, command: RemoteCommand, result: RemoteResult): NodeCommandError {
  const words = result.stderr.trim() || `Process exited with status ${result.exitCode}`;
  return new NodeCommandError(words, node.manageHost, shellLine(command.argv), result.exitCode);
}
