import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fenceScript, type FenceScript } from '#storage-nodes';

export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Underway {
  /** Of timeout(1), which leads the process group. */
  readonly pid: number;
  readonly process: ChildProcess;
  readonly ended: Promise<Ending>;
}

interface Around {
  readonly stdin?: string;
  /** What timeout(1) is given; after it a second until the KILL. */
  readonly seconds?: number;
}

export type Epochs = Readonly<Record<string, number>>;

/** The real script with real processes, in a folder of its own on this machine. */
export class LocalFence {
  private constructor(
    readonly root: string,
    readonly script: FenceScript,
    private readonly shell: readonly string[],
  ) {}

  static async make(...shell: readonly string[]): Promise<LocalFence> {
    const root = await mkdtemp(join(tmpdir(), 'fence-'));
    const script = fenceScript({ run: `${root}/run`, state: `${root}/state` });
    await mkdir(`${root}/run`);
    await writeFile(script.path, script.text);
    return new LocalFence(root, script, shell.length > 0 ? shell : ['sh']);
  }

  /** Begins a command behind the fence, as a transport does it. */
  begin(epochs: Epochs, argv: readonly string[], around: Around = {}): Underway {
    return this.#begin([...this.shell, this.script.path, 'run', ...pairs(epochs), '--', ...argv], around);
  }

  run(epochs: Epochs, argv: readonly string[], around: Around = {}): Promise<Ending> {
    return this.begin(epochs, argv, around).ended;
  }

  /** @param patience seconds until TERM, and from there until KILL */
  take(epochs: Epochs, [patience, grace]: readonly [number, number] = [0, 0], around: Around = {}): Promise<Ending> {
    const waits = ['--patience', String(patience), '--grace', String(grace)];
    return this.ask(['take', ...waits, ...pairs(epochs)], around);
  }

  /** The script with any words. */
  ask(words: readonly string[], around: Around = {}): Promise<Ending> {
    return this.plain([...this.shell, this.script.path, ...words], around);
  }

  /** A command without the script. */
  plain(argv: readonly string[], around: Around = {}): Promise<Ending> {
    return this.#begin(argv, around).ended;
  }

  /** One file for every command that runs. */
  records(): Promise<string[]> {
    return readdir(`${this.root}/run/running`).catch(() => []);
  }

  /** The first line of a record: of which process the shell of a command is, and so on. */
  async record(name: string): Promise<string[]> {
    return (await readFile(`${this.root}/run/running/${name}`, 'utf8')).split('\n', 1)[0]!.split(' ');
  }

  /** What commands have written to a file of the folder; '' where there is none. */
  read(name: string): Promise<string> {
    return readFile(join(this.root, name), 'utf8').catch(() => '');
  }

  dispose(): Promise<void> {
    return rm(this.root, { recursive: true });
  }

  #begin(argv: readonly string[], { stdin = '', seconds = 60 }: Around): Underway {
    const child = spawn('timeout', ['--kill-after=1s', `${seconds}s`, ...argv], {
      cwd: this.root,
      env: { ...process.env, LC_ALL: 'C' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    const ended = new Promise<Ending>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exitCode, signal) => {
        // what a descendant keeps open does not hold up the answer
        setImmediate(() => resolve({ exitCode, signal, stdout, stderr }));
      });
    });
    return { pid: child.pid ?? 0, process: child, ended };
  }
}

const pairs = (epochs: Epochs): string[] => Object.entries(epochs).map(([key, epoch]) => `${key}=${epoch}`);
