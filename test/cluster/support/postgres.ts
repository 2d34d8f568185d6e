import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#event-store';

/** A Postgres whose every process can be killed, and that can be started again on its data, at the same address. */
export class KillablePostgres {
  #server: EmbeddedPostgres;

  private constructor(
    private readonly dataDir: string,
    first: EmbeddedPostgres,
  ) {
    this.#server = first;
  }

  static async start(dataDir: string): Promise<KillablePostgres> {
    return new KillablePostgres(dataDir, await open(dataDir));
  }

  /** As its owner. */
  get url(): string {
    return this.#server.url;
  }

  /** SIGKILL to the server and to every process of it. Nothing is flushed, and nothing starts it again by itself. */
  async kill(): Promise<void> {
    const [line = ''] = (await readFile(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Number(line);
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    process.kill(pid, 'SIGKILL');
    for (const child of children.trim().split(' ').filter(Boolean)) killIfThere(Number(child));
    // Also tells its supervisor that nobody wants it back.
    await this.#server.stop();
  }

  async startAgain(): Promise<void> {
    this.#server = await open(this.dataDir, this.#server.port);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

/** Durable against the death of its processes; against a power cut it need not be. */
function open(dataDir: string, port?: number): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir,
    onLog: () => undefined,
    serverSettings: { fsync: 'off' },
    ...(port === undefined ? {} : { port }),
  });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may have noticed the death of the server first.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
