import { ChaosProcess } from './chaos-process.js';

let started = 0;

/** Processes that are loaded and wait, so that a case does not wait for one to start. */
export class ProcessPool {
  readonly #spare: ChaosProcess[] = [];
  readonly #all = new Set<ChaosProcess>();

  constructor(
    private readonly role: 'worker' | 'api',
    private readonly size: number,
  ) {}

  take(): ChaosProcess {
    const process = this.#spare.shift() ?? this.#start();
    while (this.#spare.length < this.size) this.#spare.push(this.#start());
    for (const each of this.#all) if (!each.alive) this.#all.delete(each);
    return process;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((each) => each.kill()));
  }

  #start(): ChaosProcess {
    started += 1;
    const process = new ChaosProcess(this.role, started);
    this.#all.add(process);
    return process;
  }
}
