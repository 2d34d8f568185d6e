import { messageOf, type Logger } from '#kernel';

/** What has to be closed, in the reverse order of its opening; one that fails does not keep the others open. */
export class Closing {
  readonly #steps: { readonly name: string; readonly close: () => Promise<void> }[] = [];
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(name: string, close: () => Promise<void>): void {
    this.#steps.push({ name, close });
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        this.#logger.warn({ part: step.name, error: messageOf(error) }, 'did not close cleanly');
      }
    }
  }
}
