import type { NodeHealth } from './health/node-health.js';
import type { NodeAddress, NodeCall } from './storage-nodes.js';

export interface RemoteCommand {
  /** Program and arguments; quoted for the remote shell by the transport, by one function. */
  readonly argv: readonly string[];
  /** Words that go before it on the line, inside of the deadline, and are no part of the record: the fence. */
  readonly prefix?: readonly string[];
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** Of each of stdout and stderr, where the answer may be longer than the transport's limit. */
  readonly maxOutputBytes?: number;
}

export interface RemoteResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs commands on nodes. A non-zero exit is a result, not an error.
 * @throws NodeUnreachableError when there is no exit code to report
 */
export interface RemoteExecutor {
  /** How the nodes answer; missing where the transport does not watch them. */
  readonly health?: NodeHealth;
  run(node: NodeAddress, command: RemoteCommand, call: NodeCall): Promise<RemoteResult>;
  close(): Promise<void>;
}
