import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProgramSettings {
  /** Also the name of its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Whether it serves now. Asked again and again after a start. */
  readonly isReady?: () => Promise<boolean>;
  /** Or what it writes into its log once in each life when it serves. */
  readonly readyText?: string;
}

/** Each needs two seconds of a processor; several that start at once on a busy machine take their time. */
const READY_TIMEOUT_MS = 180_000;
const LOOK_MS = 50;

/** A process of the system that can die and be started again, with one log for all its lives. */
export class Program {
  #child: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);
  #starts = 0;
  #isReady = false;

  constructor(private readonly settings: ProgramSettings) {}

  get name(): string {
    return this.settings.name;
  }

  /** Whether it has become ready in this life. */
  get isReady(): boolean {
    return this.#isReady && this.#child !== null;
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts;
  }

  /** Resolves when it is ready. @throws Error with the end of its log where it ends or does not become ready */
  async start(): Promise<void> {
    this.#launch();
    await this.#ready();
  }

  /** Runs it to its own end; the exit code, null where a signal ended it. */
  run(): Promise<number | null> {
    this.#launch();
    return this.#ended;
  }

  /** Sends the signal and waits for the end. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#child?.kill(signal);
    await this.#ended;
  }

  async lastLines(count: number): Promise<string> {
    const text = await readFile(this.settings.logFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-count).join('\n');
  }

  #launch(): void {
    this.#isReady = false;
    if (this.#child !== null) throw new Error(`${this.name} runs already`);
    const { command, args, env, logFile } = this.settings;
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    this.#starts += 1;
    const killAtExit = (): boolean => child.kill('SIGKILL');
    process.once('exit', killAtExit);
    this.#ended = new Promise((resolve) => {
      const over = (exitCode: number | null): void => {
        process.off('exit', killAtExit);
        if (this.#child === child) this.#child = null;
        resolve(exitCode);
      };
      child.once('exit', over);
      // There is no such program.
      child.once('error', () => over(127));
    });
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await this.#looksReady())) {
      if (this.#child === null) throw new Error(`${this.name} has ended:\n${await this.lastLines(20)}`);
      if (Date.now() > deadline) throw new Error(`${this.name} is not ready:\n${await this.lastLines(20)}`);
      await delay(LOOK_MS);
    }
    this.#isReady = true;
  }

  async #looksReady(): Promise<boolean> {
    const { isReady, readyText, logFile } = this.settings;
    if (readyText === undefined) return isReady === undefined || isReady();
    const log = await readFile(logFile, 'utf8');
    return log.split(readyText).length > this.#starts;
  }
}
