import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';

export interface ExecRequest {
  readonly line: string;
  /** Runs the command line in a local shell, as sshd would, and answers with its output and exit code. */
  runForReal(): void;
  /** Answers without running anything. */
  answer(exitCode: number, stdout?: string, stderr?: string): void;
  /** Cuts the connection under the command. */
  cut(): void;
  readonly channel: ServerChannel;
}

export interface SshTestServer {
  readonly port: number;
  readonly clientKey: string;
  readonly connections: Set<Connection>;
  /** Every connection there ever was. */
  readonly accepted: () => number;
  readonly signals: string[];
  onExec: (request: ExecRequest) => void;
  /** Sessions of one connection that are let in at a time. */
  maxSessions: number;
  close(): Promise<void>;
}

export type KeyPair = ReturnType<typeof ssh2.utils.generateKeyPairSync>;

/** ssh2 1.17 drops a leading zero byte of the key, so that 1 pair in 256 cannot be read back: such a pair is made again. */
export function newKeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.public) instanceof Error)) {
      return pair;
    }
  }
}

/** A real SSH server on loopback whose commands a test answers. By default they run in a local shell. */
export async function startSshServer(hostKey: KeyPair = newKeyPair(), listenPort = 0): Promise<SshTestServer> {
  const client = newKeyPair();
  const connections = new Set<Connection>();
  let accepted = 0;
  // ssh2 hands out no signal once stdin has ended, as sshd would; its log of what came in has it
  const noteSignals = (message: string): void => {
    const name = /CHANNEL_REQUEST \(r:\d+, signal: (\w+)\)/.exec(message)?.[1];
    if (name !== undefined) {
      self.signals.push(name);
    }
  };
  const server = new ssh2.Server({ hostKeys: [hostKey.private], debug: noteSignals }, (connection) => {
    accepted += 1;
    connections.add(connection);
    connection.on('error', () => connection.end());
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (attempt) => {
      if (attempt.method === 'publickey') {
        attempt.accept();
      } else {
        attempt.reject(['publickey']);
      }
    });
    let sessions = 0;
    connection.on('session', (accept, reject) => {
      if (sessions >= self.maxSessions) {
        reject();
        return;
      }
      sessions += 1;
      const session = accept();
      session.on('exec', (acceptExec, _reject, info) => {
        const channel = acceptExec();
        channel.on('close', () => (sessions -= 1));
        self.onExec(requestOf(connection, channel, info.command));
      });
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(listenPort, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const self: SshTestServer = {
    port,
    clientKey: client.private,
    connections,
    accepted: () => accepted,
    signals: [],
    onExec: (request) => request.runForReal(),
    maxSessions: 10,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) {
        connection.end();
      }
      await closed;
    },
  };
  return self;
}

function requestOf(connection: Connection, channel: ServerChannel, line: string): ExecRequest {
  return {
    line,
    channel,
    runForReal: () => {
      const program = spawn('/bin/sh', ['-c', line], { stdio: ['pipe', 'pipe', 'pipe'] });
      // Not a pipe: one whose target breaks (a program that ends before it has read all) stops its source, and a channel that
      // is not read to its end is never closed, so that its session would count for ever.
      channel.on('data', (chunk: Buffer) => program.stdin.write(chunk));
      channel.on('end', () => program.stdin.end());
      program.stdin.on('error', () => undefined);
      program.stdout.pipe(channel, { end: false });
      program.stderr.pipe(channel.stderr, { end: false });
      program.on('close', (code) => {
        channel.exit(code ?? 255);
        channel.end();
      });
    },
    answer: (exitCode, stdout = '', stderr = '') => {
      channel.resume();
      channel.write(stdout);
      channel.stderr.write(stderr);
      channel.exit(exitCode);
      channel.end();
    },
    cut: () => {
      // there is no public way to lose a connection without saying goodbye
      (connection as unknown as { _sock: { destroy(): void } })._sock.destroy();
    },
  };
}
