/** Collects what a program writes, up to a limit; what comes after is counted and dropped, so that the program can end. */
export class Output {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(private readonly limitBytes: number) {}

  add(chunk: Buffer): void {
    const room = this.limitBytes - this.#bytes;
    if (room > 0) {
      this.#chunks.push(chunk.subarray(0, room));
    }
    this.#bytes += chunk.length;
  }

  get overflowed(): boolean {
    return this.#bytes > this.limitBytes;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
