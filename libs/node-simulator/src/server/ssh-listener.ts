import { createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2';

import type { CommandResult } from '../programs/program.js';
import type { Outcome } from './command-runner.js';

/** Answers one command: gets who asks, the line, a way to read all of stdin, and a signal that fires when the caller is gone. */
export type ExecHandler = (
  user: string,
  line: string,
  stdin: () => Promise<string>,
  gone: AbortSignal,
) => Promise<Outcome>;

/** sshd's default MaxSessions: more channels than that on one connection are refused. */
const MAX_SESSIONS = 10;

/** An SSH server on one address that knows one client key and runs commands, nothing else. */
export class SshListener {
  private net: NetServer | null = null;
  private readonly sockets = new Set<Socket>();

  constructor(
    /** Private key; connections that come after a change are shown the new one. */
    public hostKey: string,
    private readonly clientKey: ParsedKey,
    private readonly exec: ExecHandler,
  ) {}

  /** @returns the port. @throws the error of listen(2), EADDRINUSE among others */
  listen(host: string, port: number): Promise<number> {
    const net = createServer((socket) => {
      // Without it every answer waits for the client's delayed acknowledgement, about 40 ms.
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      this.sshServer(socket).injectSocket(socket);
    });
    return new Promise((resolve, reject) => {
      net.once('error', reject);
      net.listen(port, host, () => {
        const address = net.address();
        this.net = net;
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Refuses connections and breaks those that are open. */
  async close(): Promise<void> {
    const { net } = this;
    this.net = null;
    const closed = net === null ? Promise.resolve() : new Promise<void>((resolve) => net.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** One per connection: ssh2 does not tell which socket a client came by, and faults break sockets. */
  private sshServer(socket: Socket): ssh2.Server {
    return new ssh2.Server({ hostKeys: [this.hostKey] }, (client: Connection) => {
      let sessions = 0;
      let user = '';
      client.on('authentication', (context) => {
        user = context.username;
        this.authenticate(context);
      });
      client.on('error', () => socket.destroy());
      client.on('session', (accept, reject) => {
        if (sessions >= MAX_SESSIONS) {
          reject();
          return;
        }
        sessions += 1;
        this.serve(accept(), user, {
          drop: () => socket.destroy(),
          ended: () => (sessions -= 1),
        });
      });
    });
  }

  private authenticate(context: AuthContext): void {
    if (context.method !== 'publickey') {
      context.reject(['publickey']);
      return;
    }
    const known = context.key.data.equals(this.clientKey.getPublicSSH());
    const { signature, blob, hashAlgo } = context;
    const signed = signature === undefined || (blob !== undefined && this.signedByClient(blob, signature, hashAlgo));
    if (known && signed) context.accept();
    else context.reject(['publickey']);
  }

  private signedByClient(blob: Buffer, signature: Buffer, hashAlgo: string | undefined): boolean {
    // ssh2 answers with an Error, which its types do not say, where it cannot verify at all.
    const verified: unknown = this.clientKey.verify(blob, signature, hashAlgo);
    return verified === true;
  }

  private serve(session: Session, user: string, on: { drop: () => void; ended: () => void }): void {
    const gone = new AbortController();
    // Clients kill what they no longer wait for; any signal ends a command.
    session.on('signal', () => gone.abort());
    session.on('exec', (accept, _reject, { command }) => {
      const channel = accept();
      channel.on('error', () => channel.destroy());
      channel.once('close', () => {
        on.ended();
        gone.abort();
      });
      const stdin = readAll(channel);
      void this.exec(user, command, () => stdin, gone.signal).then((outcome) => {
        if (outcome === 'connection dropped') on.drop();
        else if (outcome === 'caller gone') channel.close();
        else if (outcome === 'killed') killed(channel);
        else answer(channel, outcome);
      });
    });
  }
}

function readAll(channel: ServerChannel): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    channel.on('data', (chunk: Buffer) => chunks.push(chunk));
    channel.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    channel.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

function killed(channel: ServerChannel): void {
  if (channel.destroyed) return;
  channel.exit('KILL');
  channel.end();
}

function answer(channel: ServerChannel, result: CommandResult): void {
  if (channel.destroyed) return;
  if (result.stderr !== '') channel.stderr.write(result.stderr);
  if (result.stdout !== '') channel.write(result.stdout);
  channel.exit(result.exitCode);
  channel.end();
}
