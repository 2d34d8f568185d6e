/** An operation as far as the crowd is concerned. */
export interface Member {
  /** The nodes that it cannot do without; null: nobody had to know yet. */
  nodes: readonly string[] | null;
  /** Has one of the places of its worker. */
  seated: boolean;
}

/** The operations that run and need nodes that are suspect, at one moment, and who may join them. */
export class Crowd<M extends Member = Member> {
  readonly #inside: Member[];
  readonly #running: M[];

  /** @param share how many of them there may be */
  constructor(
    running: Iterable<M>,
    private readonly isSuspect: (nodeId: string) => boolean,
    private readonly share: number,
  ) {
    this.#running = [...running].filter((member) => this.suspectsOf(member).length > 0);
    this.#inside = [...this.#running];
  }

  suspectsOf({ nodes }: Member): string[] {
    return (nodes ?? []).filter(this.isSuspect);
  }

  /** Whether it may run: all its nodes answer, there is room, or else nobody would notice that one of its nodes is back. */
  admits(member: Member): boolean {
    const suspects = this.suspectsOf(member);
    if (suspects.length === 0 || this.#inside.length < this.share) return true;
    return suspects.some((nodeId) => !this.#inside.some(({ nodes }) => nodes?.includes(nodeId)));
  }

  /** It will run. */
  add(member: Member): void {
    if (this.suspectsOf(member).length > 0) this.#inside.push(member);
  }

  /** Those that take places beyond the share. */
  tooMany(): M[] {
    return this.#running.filter(({ seated }) => seated).slice(this.share);
  }
}
