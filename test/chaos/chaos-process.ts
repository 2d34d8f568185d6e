import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** What a process of test/chaos/process tells. */
type Told =
  | { readonly is: 'warm' | 'armed' | 'awake' }
  | { readonly is: 'working'; readonly url?: string }
  | { readonly is: 'reached'; readonly text: string }
  | { readonly is: 'load'; readonly running: number };

/** Where a process is to be held: at the `nth` passage of a boundary whose text matches. */
export interface Passage {
  readonly boundary: 'taken' | 'queued' | 'before-send' | 'after-effect' | 'before-commit' | 'after-append';
  readonly pattern: RegExp;
  readonly nth: number;
}

const LOG_LINES = 200;
const IDLE_POLL_MS = 50;

/** A real process of the system that does what it is told to, over IPC, and may be killed in the middle of a word. */
export class ChaosProcess {
  /** The end of its log, for a case that goes wrong. */
  readonly log: string[] = [];
  readonly #child: ChildProcess;
  readonly #warm: Promise<Told>;
  /** Of the database's sessions. */
  readonly name: string;

  constructor(role: 'worker' | 'api', number: number) {
    this.name = `chaos-${role}-${String(process.pid)}-${String(number)}`;
    const script = fileURLToPath(new URL(`process/${role}.mjs`, import.meta.url));
    this.#child = fork(script, [], {
      // Nothing of what vitest runs under: the process is what `npm run build` has made.
      execArgv: [],
      env: { PATH: process.env['PATH'], LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => this.#note(chunk));
    this.#warm = this.#hears('warm');
    // Told of by whoever waits for it next.
    this.#warm.catch(() => undefined);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Opens its connections and begins. @returns the address, of an api */
  async work(settings: object): Promise<string> {
    await this.#warm;
    const told = await this.#asks({ do: 'work', settings }, 'working');
    return told.url ?? '';
  }

  /** `reached` resolves once the process is held at the passage. */
  async arm({ boundary, pattern, nth }: Passage): Promise<{ readonly reached: Promise<unknown> }> {
    await this.#asks({ do: 'arm', boundary, pattern: pattern.source, nth }, 'armed');
    const reached = this.#hears('reached');
    // A case that ends before the passage is reached waits for it no longer.
    reached.catch(() => undefined);
    return { reached };
  }

  /** Lets go of what is held; with a text, that is what its caller gets as an error. */
  release(error?: string): void {
    this.#tell({ do: 'release', error });
  }

  /**
   * Blocks the whole process until the file is there, or for so long; then lets go of what is held.
   * @returns what resolves when it is awake
   */
  stall(untilFile: string, limitMs: number): Promise<unknown> {
    return this.#asks({ do: 'stall', untilFile, limitMs }, 'awake');
  }

  /** Until it carries out no operation. */
  async idle(): Promise<void> {
    while ((await this.#asks({ do: 'ask-load' }, 'load')).running > 0) {
      await delay(IDLE_POLL_MS);
    }
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #asks<Is extends Told['is']>(question: object, is: Is): Promise<Extract<Told, { is: Is }>> {
    const answer = this.#hears(is);
    this.#tell(question);
    return answer;
  }

  #tell(message: object): void {
    if (this.alive) this.#child.send(message);
  }

  /** @throws Error where the process ends before it says so */
  #hears<Is extends Told['is']>(is: Is): Promise<Extract<Told, { is: Is }>> {
    return new Promise((resolve, reject) => {
      const hear = (told: Told): void => {
        if (told.is !== is) return;
        this.#child.off('message', hear);
        this.#child.off('exit', end);
        resolve(told as Extract<Told, { is: Is }>);
      };
      const end = (): void => reject(new Error(`${this.name} ended before it was ${is}:\n${this.log.join('\n')}`));
      this.#child.on('message', hear);
      this.#child.once('exit', end);
    });
  }

  #note(chunk: Buffer): void {
    this.log.push(...chunk.toString().split('\n').filter(Boolean));
    this.log.splice(0, this.log.length - LOG_LINES);
  }
}
