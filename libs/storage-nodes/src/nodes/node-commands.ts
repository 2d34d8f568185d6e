import { setTimeout as delay } from 'node:timers/promises';
import { glusterAnswer } from '../parsers/gluster-xml.js';
import { shellLine } from '../quote.js';
import type { RemoteCommand, RemoteExecutor, RemoteResult } from '../remote-executor.js';
import {
  assertLive,
  NodeCommandError,
  NodeUnreachableError,
  type NodeAddress,
  type NodeCall,
} from '../storage-nodes.js';
import type { GlusterGates } from './gluster-gates.js';

/** How long and how often a command is repeated that found glusterd busy. */
export interface RetrySettings {
  readonly forMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** Past the 20-29 s for which a killed peer still counts as connected and holds up every transaction. */
export const defaultRetry: RetrySettings = { forMs: 120_000, firstDelayMs: 500, longestDelayMs: 8_000 };

/** The last one is add-brick's answer while an expansion before it still moves data. */
const BUSY = /another transaction (?:is|could be) in progress|locking failed|rebalance is in progress/i;
/** gluster gave up waiting for glusterd, which goes on: nobody knows how it ended. */
const CLI_TIMED_OUT = /request timed out/i;

/** The node's own words for a failure: stderr, else stdout, else what ssh would say. */
export function wordsOf(result: RemoteResult): string {
  const xml = glusterAnswer(result.stdout)?.opErrstr ?? '';
  return (
    [result.stderr, xml, result.stdout].map((text) => text.trim()).find((text) => text !== '') ??
    `Process exited with status ${result.exitCode}`
  );
}

/** Runs commands on one node for one call. */
export class NodeCommands {
  constructor(
    private readonly executor: RemoteExecutor,
    readonly node: NodeAddress,
    private readonly call: NodeCall,
    private readonly retry: RetrySettings,
    private readonly gates: GlusterGates,
  ) {}

  /** The result, whatever the exit code. */
  async run(command: RemoteCommand): Promise<RemoteResult> {
    assertLive(this.call);
    return this.executor.run(this.node, command, this.call);
  }

  /** @throws NodeCommandError where the exit code is not 0 */
  async expect(command: RemoteCommand): Promise<RemoteResult> {
    const result = await this.run(command);
    if (result.exitCode !== 0) {
      throw this.refused(command, result);
    }
    return result;
  }

  /** Like expect, where a failure in these words means that there is nothing left to do. */
  async expectUnless(done: RegExp, command: RemoteCommand): Promise<void> {
    const result = await this.run(command);
    if (result.exitCode !== 0 && !done.test(wordsOf(result))) {
      throw this.refused(command, result);
    }
  }

  /**
   * A gluster command: repeated with growing pauses while glusterd is busy with another one.
   * @throws NodeUnreachableError (sent) where gluster stopped waiting for the end of a command
   */
  async gluster(command: RemoteCommand): Promise<RemoteResult> {
    const until = performance.now() + this.retry.forMs;
    for (let pauseMs = this.retry.firstDelayMs; ; pauseMs = Math.min(pauseMs * 2, this.retry.longestDelayMs)) {
      const result = await this.#inTurn(command);
      const words = result.exitCode === 0 ? '' : wordsOf(result);
      if (CLI_TIMED_OUT.test(words)) {
        throw new NodeUnreachableError(words, this.node.manageHost, true);
      }
      if (!BUSY.test(words) || performance.now() + pauseMs > until) {
        return result;
      }
      // jitter: several volumes of a cluster wait for the same lock
      await this.pause(pauseMs * (0.5 + Math.random() / 2));
    }
  }

  async #inTurn(command: RemoteCommand): Promise<RemoteResult> {
    const leave = await this.gates.enter(this.node, this.call.signal);
    try {
      return await this.run(command);
    } finally {
      leave();
    }
  }

  /** A gluster command that must succeed, or fail in words that mean that nothing is left to do. */
  async expectGluster(command: RemoteCommand, done?: RegExp): Promise<RemoteResult> {
    const result = await this.gluster(command);
    if (result.exitCode !== 0 && done?.test(wordsOf(result)) !== true) {
      throw this.refused(command, result);
    }
    return result;
  }

  refused(command: RemoteCommand, result: RemoteResult): NodeCommandError {
    return this.failed(wordsOf(result), command, result);
  }

  /** A refusal that says more than the node does. */
  failed(message: string, command: RemoteCommand, result: RemoteResult): NodeCommandError {
    return new NodeCommandError(message, this.node.manageHost, shellLine(command.argv), result.exitCode);
  }

  /** Waits; the end of the call ends it. */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.call.signal }).catch((error: unknown) => {
      throw this.call.signal.aborted ? this.call.signal.reason : error;
    });
  }
}
