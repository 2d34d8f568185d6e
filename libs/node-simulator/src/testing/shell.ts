import ssh2 from 'ssh2';
import type { SimulatedNodes } from '../server/start-simulated-nodes.js';

export interface Answer {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A connection of the real ssh2 client, as the product makes it. */
export class Shell {
  readonly closed: Promise<void>;
  private constructor(
    private readonly client: ssh2.Client,
    /** What the server showed, base64. */
    readonly hostKey: string,
  ) {
    this.closed = new Promise((resolve) => client.once('close', () => resolve()));
  }

  static async open(nodes: SimulatedNodes, host: string, on: { key?: string; user?: string } = {}): Promise<Shell> {
    const client = new ssh2.Client();
    // A broken connection says so more than once; who waits for an answer hears of it from the channel.
    client.on('error', () => undefined);
    let hostKey = '';
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('error', reject);
      client.once('connect', () => client.setNoDelay(true));
      const privateKey = on.key ?? nodes.clientPrivateKey ?? '';
      client.connect({
        host,
        port: nodes.port,
        username: on.user ?? 'root',
        privateKey,
        hostVerifier: (key: Buffer) => {
          hostKey = key.toString('base64');
          return true;
        },
      });
    });
    return new Shell(client, hostKey);
  }

  run(line: string, stdin = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.client.exec(line, (error, channel) => {
        if (error) {
          reject(error);
          return;
        }
        const answer: Answer = { exitCode: null, stdout: '', stderr: '' };
        channel.on('data', (chunk: Buffer) => (answer.stdout += chunk.toString()));
        channel.stderr.on('data', (chunk: Buffer) => (answer.stderr += chunk.toString()));
        channel.on('exit', (code: number | null) => (answer.exitCode = code));
        channel.on('close', () => resolve(answer));
        channel.end(stdin);
      });
    });
  }

  async ok(line: string, stdin = ''): Promise<string> {
    const answer = await this.run(`env LC_ALL=C timeout --kill-after=10s 60s ${line}`, stdin);
    if (answer.exitCode !== 0) throw new Error(`${line}: ${JSON.stringify(answer)}`);
    return answer.stdout;
  }

  end(): void {
    this.client.end();
  }
}
