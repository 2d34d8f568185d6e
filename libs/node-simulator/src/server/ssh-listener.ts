import { createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2';

/** Answers one command: gets the line, a way to read all of stdin, and a signal that fires when the connection is gone. */
export type ExecHandler = (
  line: string,
  stdin: () => Promise<string>,
  gone: AbortSignal,
) => Promise<{ exitCode: number; stdout: string; stderr: string } | 'connection dropped'>;

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
      const gone = new AbortController();
      let sessions = 0;
      client.on('authentication', (context) => this.authenticate(context));
      client.on('error', () => socket.destroy());
      client.on('close', () => gone.abort());
      client.on('session', (accept, reject) => {
        if (sessions >= MAX_SESSIONS) {
          reject();
          return;
        }
        sessions += 1;
        this.serve(accept(), gone.signal, {
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

  private serve(session: Session, gone: AbortSignal, on: { drop: () => void; ended: () => void }): void {
    session.on('exec', (accept, _reject, { command }) => {
      const channel = accept();
      channel.on('error', () => channel.destroy());
      channel.once('close', on.ended);
      const stdin = readAll(channel);
      void this.exec(command, () => stdin, gone).then((outcome) => {
        if (outcome === 'connection dropped') on.drop();
        else if (!gone.aborted) answer(channel, outcome);
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

function answer(channel: ServerChannel, result: { exitCode: number; stdout: string; stderr: string }): void {
  if (result.stderr !== '') channel.stderr.write(result.stderr);
  if (result.stdout !== '') channel.write(result.stdout);
  channel.exit(result.exitCode);
  channel.end();
}
