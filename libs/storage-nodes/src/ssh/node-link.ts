import type { PinnedHostKey } from '#domain';
import { messageOf } from '#kernel';
import { NodeUnreachableError } from '../storage-nodes.js';
import { Gate } from '../gate.js';
import { Circuit, type CircuitState } from './circuit.js';
import type { Endpoint } from './endpoint.js';
import { sameHostKey } from './host-key.js';
import type { SshSettings } from './options.js';
import { SessionRefusedError, type ChannelCommand, type ChannelResult } from './remote-channel.js';
import { SshConnection } from './ssh-connection.js';

/** How often a session is asked for again that the node refused, where none of ours ends before. */
const SESSION_RETRY_MS = 250;

/**
 * The way to one node: one connection, opened when needed, shared by at most so many commands at a time, closed when idle.
 */
export class NodeLink {
  readonly #gate: Gate;
  readonly #circuit: Circuit;
  readonly #closing = new AbortController();
  #connection: Promise<SshConnection> | null = null;
  /** The key of the first contact; holds for this process even before it is pinned in the log. */
  #met: PinnedHostKey | null = null;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly settings: SshSettings,
  ) {
    const { reconnectFirstMs: firstMs, reconnectLongestMs: longestMs } = settings;
    this.#gate = new Gate(settings.maxChannelsPerConnection);
    this.#circuit = new Circuit({ firstMs, longestMs });
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  /**
   * @param pinned the key from the log, null where the node was never met
   * @param met is told the key of the connection that the command uses
   */
  async run(
    command: ChannelCommand,
    pinned: PinnedHostKey | null,
    met: (key: PinnedHostKey) => void,
  ): Promise<ChannelResult> {
    const reused = this.#connection !== null;
    try {
      return await this.#once(command, pinned, met);
    } catch (error) {
      // a pooled connection may have died unseen; where nothing was sent, the command may go over a new one
      if (reused && error instanceof NodeUnreachableError && !error.sent && !(error instanceof SessionRefusedError)) {
        return this.#once(command, pinned, met);
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    this.#closing.abort();
    const connection = await this.#connection?.catch(() => null);
    this.#connection = null;
    await connection?.close();
  }

  async #once(
    command: ChannelCommand,
    pinned: PinnedHostKey | null,
    met: (key: PinnedHostKey) => void,
  ): Promise<ChannelResult> {
    const leave = await this.#gate.enter(command.signal);
    clearTimeout(this.#idle);
    let gone = Promise.resolve();
    try {
      const connection = await orAborted(this.#connected(pinned), command.signal);
      met(connection.hostKey);
      const until = performance.now() + this.settings.connectTimeoutMs;
      for (;;) {
        command.assertLive();
        const running = connection.run(command);
        gone = running.gone;
        try {
          return await running.outcome;
        } catch (error) {
          if (!(error instanceof SessionRefusedError) || performance.now() > until) {
            throw error;
          }
        }
        // the node allows fewer sessions than we do, or has not yet noticed that one has ended
        await this.#gate.departure(SESSION_RETRY_MS);
      }
    } finally {
      void gone.then(() => {
        leave();
        this.#closeWhenIdle();
      });
    }
  }

  async #connected(pinned: PinnedHostKey | null): Promise<SshConnection> {
    const expected = pinned ?? this.#met;
    this.#requireClosedCircuit(expected);
    const current = this.#connection ?? this.#opening(expected);
    const connection = await current;
    if (connection.usable && (pinned === null || sameHostKey(pinned, connection.hostKey))) {
      return connection;
    }
    if (this.#connection === current) {
      this.#connection = null;
      void connection.close();
    }
    return this.#connected(pinned);
  }

  #opening(expected: PinnedHostKey | null): Promise<SshConnection> {
    const opening = this.#open(expected);
    this.#connection = opening;
    opening.catch(() => {
      if (this.#connection === opening) {
        this.#connection = null;
      }
    });
    return opening;
  }

  async #open(expected: PinnedHostKey | null): Promise<SshConnection> {
    if (this.#closing.signal.aborted) {
      throw new NodeUnreachableError('the SSH connections are closed', this.endpoint.label, false);
    }
    this.#circuit.begin();
    try {
      const connection = await SshConnection.open(this.endpoint, expected, this.settings, this.#closing.signal);
      this.#met = connection.hostKey;
      this.#circuit.succeeded();
      return connection;
    } catch (error) {
      this.#circuit.failed(messageOf(error), expected?.fingerprint);
      throw error;
    }
  }

  #requireClosedCircuit(expected: PinnedHostKey | null): void {
    const refusal = this.#circuit.refusal(expected?.fingerprint);
    if (refusal !== null) throw new NodeUnreachableError(refusal, this.endpoint.label, false);
  }

  #closeWhenIdle(): void {
    clearTimeout(this.#idle);
    if (this.#gate.active > 0) {
      return;
    }
    this.#idle = setTimeout(() => {
      const idle = this.#connection;
      this.#connection = null;
      void idle?.then(
        (connection) => connection.close(),
        () => undefined,
      );
    }, this.settings.idleCloseMs).unref();
  }
}

/** Waits for work that others wait for as well: an abort ends the waiting, not the work. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
