import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { testKeys } from '#test/http-client';

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string; readonly time: string };

export interface ServiceOptions {
  readonly command: 'api' | 'worker' | 'serve';
  readonly databaseUrl: string;
  /** Beside the database, keys, a free port and the mock executor. */
  readonly env?: Readonly<Record<string, string>>;
  /** Behind the command. */
  readonly args?: readonly string[];
  /** Another version's `bin/brickyard.mjs`. */
  readonly program?: string;
}

const ownProgram = fileURLToPath(new URL('../../bin/brickyard.mjs', import.meta.url));

/** `brickyard api`, `worker` or `serve` in a process of its own, from `dist`, with the log that it writes. */
export class ServiceProcess {
  readonly #lines: LogLine[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #child: ChildProcess;
  readonly #errors: string[] = [];
  readonly #output: string[] = [];
  /** Resolves to the exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>;

  private constructor(private readonly options: ServiceOptions) {
    const { command, databaseUrl, env = {}, args = [], program = ownProgram } = options;
    this.#child = spawn(process.execPath, [program, command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE_URL: databaseUrl,
        QUEUE_BACKEND: 'postgres',
        HEKETI_EXECUTOR: 'mock',
        HEKETI_ADMIN_KEY: testKeys.admin,
        HEKETI_USER_KEY: testKeys.user,
        LOG_LEVEL: 'info',
        ...env,
      },
    });
    this.ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
    void this.ended.then(() => this.#look());
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#add(line));
    if (this.#child.stderr !== null)
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        this.#output.push(line);
        this.#errors.push(line);
      });
  }

  /** Resolves once it works: the API listens, or the worker has started. @throws Error with its words where it ends before */
  static async start(options: ServiceOptions): Promise<ServiceProcess> {
    const service = new ServiceProcess(options);
    await service.line(options.command === 'worker' ? 'worker started' : 'api listens');
    return service;
  }

  get url(): string {
    const line = this.#lines.find(({ msg }) => msg === 'api listens');
    return String(line?.['url']);
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** The first line with this message, waited for. @throws Error where the process ends without it */
  async line(message: string): Promise<LogLine> {
    for (;;) {
      const found = this.#lines.find(({ msg }) => msg === message);
      if (found !== undefined) return found;
      if (this.#hasEnded()) throw new Error(`${this.options.command} ended without "${message}": ${this.#lastWords()}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** All that it has written, to stdout and stderr. */
  get output(): string {
    return this.#output.join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    if (!this.#hasEnded()) this.#child.kill('SIGKILL');
    await this.ended;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #add(line: string): void {
    this.#output.push(line);
    if (!line.startsWith('{')) return;
    this.#lines.push(JSON.parse(line) as LogLine);
    this.#look();
  }

  #look(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const look of waiting) look();
  }

  #lastWords(): string {
    return [...this.#lines.slice(-5).map((line) => JSON.stringify(line)), ...this.#errors.slice(-5)].join('\n');
  }
}
