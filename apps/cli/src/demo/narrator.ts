/** Tells a person at a terminal what goes on: one line a step, with how long it took. */
export class Narrator {
  readonly #write: (text: string) => void;
  readonly #colour: boolean;

  constructor(write: (text: string) => void, colour: boolean) {
    this.#write = write;
    this.#colour = colour;
  }

  /** Runs a step and says what came of it; the text may depend on the result. */
  async step<T>(title: string, work: () => Promise<T>, outcome: (result: T) => string = () => ''): Promise<T> {
    const started = performance.now();
    const result = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const detail = outcome(result);
    this.#write(`${this.#paint('32', '✔')} ${title.padEnd(28)} ${this.#paint('2', `${seconds} s`)}  ${detail}\n`);
    return result;
  }

  /** A line below the last step. */
  detail(text: string): void {
    this.#write(`    ${this.#paint('2', text)}\n`);
  }

  heading(text: string): void {
    this.#write(`\n${this.#paint('1', text)}\n`);
  }

  line(text: string): void {
    this.#write(`  ${text}\n`);
  }

  #paint(code: string, text: string): string {
    return this.#colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
