import type { Client, ClientChannel } from 'ssh2';
import { messageOf } from '#kernel';
import { NodeUnreachableError } from '../storage-nodes.js';
import { Output } from './output.js';

export interface ChannelCommand {
  readonly line: string;
  readonly stdin: string;
  /** When waiting ends, whatever the node does. */
  readonly giveUpMs: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
  /** Asked at the last moment before the command is sent: it may have waited long for the connection or a free channel. */
  readonly assertLive: () => void;
}

export interface ChannelResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The node would not open one more session on this connection. */
export class SessionRefusedError extends NodeUnreachableError {}

/** A command under way: its outcome, and when its session is gone, which can be later where the outcome was not awaited. */
export interface RunningCommand {
  readonly outcome: Promise<ChannelResult>;
  readonly gone: Promise<void>;
}

/** What a command has to know of the connection that it runs on. */
export interface ConnectionState {
  lost: boolean;
  /** Why it ended, for people. */
  readonly why: () => string;
}

/** ssh2 gives the reason code of the protocol to this error and to no other. */
const isOpenFailure = (error: Error): boolean => 'reason' in error;
/** ssh2's text where the connection ended before the session was open, so before the command was sent. */
const NEVER_OPENED = 'No response from server';

/** A command was sent, and no answer came. */
const LOST = 'check that the node is up and that the network to it holds';

/** Runs one command on an open connection. */
export function runOnChannel(
  client: Client,
  label: string,
  connection: ConnectionState,
  command: ChannelCommand,
): RunningCommand {
  let sessionGone: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (sessionGone = resolve));
  const outcome = new Promise<ChannelResult>((resolve, reject) => {
    let channel: ClientChannel | null = null;
    let over = false;
    const finish = (act: () => void): void => {
      if (!over) {
        over = true;
        clearTimeout(giveUp);
        command.signal.removeEventListener('abort', abort);
        act();
      }
    };
    const leave = (reason: Error): void =>
      finish(() => {
        endRemote(client, channel);
        reject(reason);
      });
    const unreachable = (text: string, sent: boolean): Error => new NodeUnreachableError(text, label, sent);
    const giveUp = setTimeout(
      () => leave(unreachable(`node ${label} did not answer in time; ${LOST}`, true)),
      command.giveUpMs,
    );
    const abort = (): void => leave(command.signal.reason as Error);
    command.signal.addEventListener('abort', abort, { once: true });

    const opened = (error: Error | undefined, session: ClientChannel): void => {
      if (error !== undefined) {
        sessionGone();
        finish(() => reject(openError(error, label, connection)));
        return;
      }
      channel = session;
      const stdout = new Output(command.maxOutputBytes);
      const stderr = new Output(command.maxOutputBytes);
      session.on('error', (problem: Error) => leave(unreachable(`node ${label}: ${problem.message}`, true)));
      session.on('data', (chunk: Buffer) => stdout.add(chunk));
      session.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
      session.on('close', (code?: number | null, signal?: string) => {
        sessionGone();
        finish(() => {
          if (typeof code !== 'number') {
            const why = signal === undefined ? connection.why() : `the command was ended by ${signal}`;
            reject(unreachable(`no answer from node ${label}: ${why}; ${LOST}`, true));
          } else if (stdout.overflowed) {
            const text = `the answer of node ${label} is longer than ${command.maxOutputBytes} bytes`;
            reject(unreachable(text, true));
          } else {
            resolve({ exitCode: code, stdout: stdout.text, stderr: stderr.text });
          }
        });
      });
      if (over) {
        endRemote(client, session);
      } else {
        session.end(command.stdin);
      }
    };

    try {
      client.exec(command.line, opened);
    } catch (error) {
      // the socket has ended, though its `close` is still to come
      connection.lost = true;
      sessionGone();
      finish(() => reject(unreachable(`cannot reach node ${label}: ${messageOf(error)}`, false)));
    }
  });
  return { outcome, gone };
}

/** What ssh2 keeps to itself of a client and a channel; all of it may be missing. */
interface Internals {
  readonly _protocol?: { readonly signal?: (channel: number, name: string) => void };
  readonly outgoing?: { readonly id?: number; readonly state?: string };
}

/**
 * Asks the node to kill the command, and closes the session. ssh2's own `signal()` does nothing once stdin has ended, though
 * the protocol (RFC 4254, 6.9) allows it until the close; so the request is written past it. Where the command belongs to
 * another user (sudo), sshd cannot signal it, and `timeout` ends it.
 */
function endRemote(client: Client, channel: ClientChannel | null): void {
  if (channel === null) {
    return;
  }
  const { outgoing } = channel as unknown as Internals;
  const { _protocol: protocol } = client as unknown as Internals;
  if (outgoing?.id !== undefined && (outgoing.state === 'open' || outgoing.state === 'eof')) {
    protocol?.signal?.(outgoing.id, 'KILL');
  }
  channel.close();
}

function openError(error: Error, label: string, connection: ConnectionState): Error {
  if (isOpenFailure(error)) {
    return new SessionRefusedError(`node ${label} opens no more sessions: ${error.message}`, label, false);
  }
  if (!connection.lost) {
    return new NodeUnreachableError(`node ${label} refuses to run commands: ${error.message}`, label, false);
  }
  // between the request and its confirmation nobody knows whether the command was started
  return new NodeUnreachableError(
    `no answer from node ${label}: ${connection.why()}; ${LOST}`,
    label,
    error.message !== NEVER_OPENED,
  );
}
