import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatedSystem } from '#test/simulated-system';

/** Workers in processes of their own, as `brickyard worker` starts them, so that SIGKILL really ends one in mid-word. */
export class WorkerProcesses {
  readonly #all: ChildProcess[] = [];

  private constructor(
    private readonly system: SimulatedSystem,
    private readonly folder: string,
  ) {}

  static async on(system: SimulatedSystem): Promise<WorkerProcesses> {
    const folder = await mkdtemp(join(tmpdir(), 'brickyard-worker-'));
    await writeFile(join(folder, 'key'), system.simulator.clientPrivateKey ?? '', { mode: 0o600 });
    return new WorkerProcesses(system, folder);
  }

  /** @param env beside what leads to the system's database and nodes */
  start(env: NodeJS.ProcessEnv = {}): ChildProcess {
    const main = fileURLToPath(new URL('../../bin/brickyard.mjs', import.meta.url));
    const worker = spawn(process.execPath, [main, 'worker'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        DATABASE_URL: this.system.database.ownerUrl,
        QUEUE_BACKEND: 'postgres',
        HEKETI_EXECUTOR: 'ssh',
        HEKETI_SSH_KEYFILE: join(this.folder, 'key'),
        HEKETI_SSH_USER: 'root',
        HEKETI_SSH_PORT: String(this.system.simulator.port),
        BRICKYARD_AUTH: 'disabled',
        LOG_LEVEL: 'error',
        ...env,
      },
    });
    this.#all.push(worker);
    return worker;
  }

  async kill(worker: ChildProcess): Promise<void> {
    worker.kill('SIGKILL');
    await ended(worker);
  }

  /** The most recently started one. */
  get newest(): ChildProcess {
    const worker = this.#all.at(-1);
    if (worker === undefined) throw new Error('no worker was started');
    return worker;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => this.kill(worker)));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function ended(worker: ChildProcess): Promise<unknown> {
  return worker.exitCode !== null || worker.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => worker.once('exit', resolve));
}
