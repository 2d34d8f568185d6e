/** A promise that is resolved from outside; Promise.withResolvers exists from Node 22 on. */
export class Deferred {
  readonly promise: Promise<void>;
  private settle: () => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  resolve(): void {
    this.settle();
  }
}
