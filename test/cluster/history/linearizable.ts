/** What the operations of a history do to one object when they are done one after the other. */
export interface SequentialModel<State, Op> {
  readonly initial: State;
  /** States that the operation may lead to; none where it cannot have gone as it did. */
  step(state: State, op: Op): readonly State[];
  /** Whether the operation, wherever it fits, takes nothing away from what may follow. */
  isRead(op: Op): boolean;
  /** Equal for equal states only. */
  key(state: State): string;
}

/** An operation as its client saw it, on one monotone clock. */
export interface Timed<Op> {
  readonly op: Op;
  readonly invokedAt: number;
  /** Infinity: no client knows that it is over. */
  readonly returnedAt: number;
  /** It may never have taken effect. */
  readonly optional?: boolean;
}

export type Verdict<State, Op> =
  | { readonly linearizable: true }
  | {
      readonly linearizable: false;
      /** The most operations that fit one after the other, in the order of their beginning. */
      readonly fitted: readonly Timed<Op>[];
      /** The state after them. */
      readonly state: State;
      /** What would have had to be next, and none of which can be. */
      readonly stuck: readonly Timed<Op>[];
      /** Given up undecided after this many places, null otherwise. */
      readonly gaveUpAfter: number | null;
    };

/** A place of the search: what has been done, and the state after it. */
interface Place<State> {
  readonly state: State;
  /** Everything before it is done. */
  readonly from: number;
  /** Done operations at or after `from`. */
  readonly done: ReadonlySet<number>;
}

/**
 * Whether there is an order of the operations, each at one instant between its beginning and its end, that the model allows.
 * The search of Wing and Gong (Testing and Verifying Concurrent Objects, 1993) with Lowe's memory of places seen before
 * (Testing for Linearizability, 2017), as in porcupine. One thing more: a read that may be next, and fits, is taken at once,
 * since an order in which it comes later stays one when it is moved to the front. Histories are mostly reads, and so they cost
 * no search.
 * @param patience places to look at before giving up: the problem is NP-complete
 */
export function checkLinearizable<State, Op>(
  history: readonly Timed<Op>[],
  model: SequentialModel<State, Op>,
  patience = 500_000,
): Verdict<State, Op> {
  const operations = history.toSorted((a, b) => a.invokedAt - b.invokedAt);
  const search = new Search(operations, model);
  return search.run(patience);
}

class Search<State, Op> {
  readonly #seen = new Set<string>();
  #furthest: { place: Place<State>; count: number; next: number[] } | null = null;

  constructor(
    private readonly operations: readonly Timed<Op>[],
    private readonly model: SequentialModel<State, Op>,
  ) {}

  run(patience: number): Verdict<State, Op> {
    const open: Place<State>[] = [{ state: this.model.initial, from: 0, done: new Set() }];
    for (let looked = 0; looked < patience; looked += 1) {
      const place = open.pop();
      if (place === undefined) return this.#failure(null);
      const settled = this.#takeFree(place);
      if (this.#isComplete(settled)) return { linearizable: true };
      open.push(...this.#branches(settled));
    }
    return this.#failure(patience);
  }

  /** Operations that no other, still to be done, is known to have ended before. */
  #next({ from, done }: Place<State>): number[] {
    const next: number[] = [];
    let firstEnd = Infinity;
    for (let i = from; i < this.operations.length; i += 1) {
      const operation = this.operations[i];
      if (operation === undefined || operation.invokedAt > firstEnd) break;
      if (done.has(i)) continue;
      next.push(i);
      firstEnd = Math.min(firstEnd, operation.returnedAt);
    }
    return next.filter((i) => (this.operations[i]?.invokedAt ?? 0) <= firstEnd);
  }

  #takeFree(place: Place<State>): Place<State> {
    let current = place;
    for (;;) {
      const { state } = current;
      const key = this.model.key(state);
      const free = this.#next(current).filter((i) => this.#isFree(i, state, key));
      if (free.length === 0) return current;
      current = this.#advance(current, free, state);
    }
  }

  #branches(place: Place<State>): Place<State>[] {
    const next = this.#next(place);
    this.#remember(place, next);
    const branches = next.flatMap((i) => this.#after(i, place.state).map((state) => this.#advance(place, [i], state)));
    return branches.filter((branch) => this.#isNew(branch));
  }

  #isFree(index: number, state: State, key: string): boolean {
    const operation = this.operations[index];
    if (operation === undefined || !this.model.isRead(operation.op)) return false;
    return this.model.step(state, operation.op).some((next) => this.model.key(next) === key);
  }

  #after(index: number, state: State): readonly State[] {
    const operation = this.operations[index];
    return operation === undefined ? [] : this.model.step(state, operation.op);
  }

  #advance({ from, done }: Place<State>, indices: readonly number[], state: State): Place<State> {
    const now = new Set(done);
    for (const i of indices) now.add(i);
    let start = from;
    while (now.delete(start)) start += 1;
    return { state, from: start, done: now };
  }

  #isNew({ state, from, done }: Place<State>): boolean {
    const key = `${from} ${[...done].sort((a, b) => a - b).join(',')} ${this.model.key(state)}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #isComplete({ from, done }: Place<State>): boolean {
    for (let i = from; i < this.operations.length; i += 1) {
      if (!done.has(i) && this.operations[i]?.optional !== true) return false;
    }
    return true;
  }

  #remember(place: Place<State>, next: number[]): void {
    const count = place.from + place.done.size;
    if (this.#furthest === null || count > this.#furthest.count) this.#furthest = { place, count, next };
  }

  #failure(gaveUpAfter: number | null): Verdict<State, Op> {
    const { place, next } = this.#furthest ?? {
      place: { state: this.model.initial, from: 0, done: new Set() },
      next: [],
    };
    const at = (indices: readonly number[]): Timed<Op>[] => indices.flatMap((i) => this.operations[i] ?? []);
    const fitted = this.operations.filter((_, i) => i < place.from || place.done.has(i));
    return { linearizable: false, fitted, state: place.state, stuck: at(next), gaveUpAfter };
  }
}
