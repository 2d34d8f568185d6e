import {
  type Answer,
  describeExchange,
  type Exchange,
  isEnd,
  isUnavailable,
  isUnknown,
  operationIdOf,
  operationToAsk,
  type Violation,
  volumeIdOf,
} from './exchange.js';
import type { Timed } from './linearizable.js';
import type { VolumeOp } from './volume-model.js';

/** What was done to the volume of one name, and seen of it. Names are used once. */
export interface VolumeHistory {
  readonly name: string;
  readonly operations: readonly Timed<VolumeOp>[];
}

interface End {
  /** It was pending still when this poll was sent. */
  readonly after: number;
  readonly seenAt: number;
  readonly outcome: 'succeeded' | 'failed';
  /** Of the volume that was made, null where none was. */
  readonly volumeId: string | null;
}

/** A change as its client meant it: one request, or several with the same Idempotency-Key. */
interface Change {
  readonly number: number;
  readonly exchange: Exchange;
  readonly invokedAt: number;
  /** The first answer that tells, null where none does. */
  readonly answered: { readonly answer: Answer; readonly returnedAt: number; readonly invokedAt: number } | null;
  /** Whether an attempt may have been taken without its client being told. */
  readonly uncertain: boolean;
  /** Where the server said that the outcome of an attempt may be found. */
  readonly toAsk: string | null;
}

/** Sorts the exchanges of a run by volume. What belongs to none is a violation: a volume that nobody asked for. */
export function volumeHistories(exchanges: readonly Exchange[]): {
  readonly histories: readonly VolumeHistory[];
  readonly violations: readonly Violation[];
} {
  const ends = endsOf(exchanges);
  const changes = changesOf(exchanges);
  const sorter = new Sorter(namesOf(exchanges, changes, ends));
  for (const change of changes) sorter.addChange(change, ends);
  for (const exchange of exchanges) sorter.addRead(exchange);
  return sorter.result();
}

function endsOf(exchanges: readonly Exchange[]): Map<string, End> {
  const ends = new Map<string, End>();
  const pending = new Map<string, number>();
  for (const { method, path, answer, invokedAt, returnedAt } of exchanges) {
    const operationId = method === 'GET' ? operationIdOf(path) : null;
    if (operationId === null || answer === null) continue;
    if (answer.pending !== null) {
      pending.set(operationId, Math.max(invokedAt, pending.get(operationId) ?? 0));
    } else if (isEnd(answer) && returnedAt < (ends.get(operationId)?.seenAt ?? Infinity)) {
      const outcome = answer.status === 500 ? 'failed' : 'succeeded';
      const volumeId = answer.location === null ? null : volumeIdOf(answer.location);
      ends.set(operationId, { after: 0, seenAt: returnedAt, outcome, volumeId });
    }
  }
  return new Map(
    [...ends].map(([id, end]) => [id, { ...end, after: Math.min(pending.get(id) ?? 0, end.seenAt) }] as const),
  );
}

function changesOf(exchanges: readonly Exchange[]): Change[] {
  const attempts = new Map<string, Exchange[]>();
  exchanges.forEach((exchange, number) => {
    if (exchange.method === 'GET') return;
    const group = exchange.key ?? `#${number}`;
    attempts.set(group, [...(attempts.get(group) ?? []), exchange]);
  });
  return [...attempts.values()].flatMap((group, number) => {
    const [first] = group;
    if (first === undefined) return [];
    const telling = group.find((attempt) => !isUnknown(attempt) && !isUnavailable(attempt));
    const answer = telling?.answer ?? null;
    return {
      number,
      exchange: first,
      invokedAt: first.invokedAt,
      answered:
        telling === undefined || answer === null
          ? null
          : { answer, returnedAt: telling.returnedAt, invokedAt: telling.invokedAt },
      uncertain: group.some(isUnknown),
      toAsk: group.map((attempt) => operationToAsk(attempt.answer)).find((id) => id !== null) ?? null,
    };
  });
}

/** Names by volume id: from what creations led to, and from every volume that anybody read. */
function namesOf(
  exchanges: readonly Exchange[],
  changes: readonly Change[],
  ends: ReadonlyMap<string, End>,
): Map<string, string> {
  const names = new Map<string, string>();
  for (const { answer } of exchanges) {
    if (answer?.seen?.kind === 'volume') names.set(answer.seen.id, answer.seen.name);
  }
  for (const { exchange, answered, toAsk } of changes) {
    const operationId = operationIdOf(answered?.answer.location ?? null) ?? toAsk;
    const volumeId = ends.get(operationId ?? '')?.volumeId ?? null;
    if (exchange.wish?.kind === 'create' && volumeId !== null) names.set(volumeId, exchange.wish.name);
  }
  return names;
}

/** Texts of refusals that say something about the state of a volume. */
const refusals: readonly { readonly text: RegExp; readonly why: 'name-taken' | 'in-use' | 'not-found' }[] = [
  { text: /^Failed to allocate new volume: Volume name '.*' already in use$/, why: 'name-taken' },
  { text: /The target exists, contains other items, or is in use\.$/, why: 'in-use' },
  { text: /^Id not found$/, why: 'not-found' },
];

class Sorter {
  readonly #operations = new Map<string, Timed<VolumeOp>[]>();
  /** Where a name was asked for, and when first. */
  readonly #wanted = new Map<string, { readonly clusterId: string; readonly since: number }>();
  /** When a deletion was seen to have ended. */
  readonly #goneAt = new Map<string, number>();
  /** Names of which a change may still be under way, for all that is known. */
  readonly #unsure = new Set<string>();
  readonly #violations: Violation[] = [];

  constructor(private readonly names: ReadonlyMap<string, string>) {}

  addChange(change: Change, ends: ReadonlyMap<string, End>): void {
    const { exchange, answered, uncertain } = change;
    const name = this.#nameOf(exchange);
    if (name === null) return;
    if (exchange.wish?.kind === 'create') this.#want(name, exchange.wish.clusterId, change.invokedAt);
    const accepted = answered?.answer.status === 202;
    if (answered !== null && !accepted) this.#addRefusal(name, exchange, answered);
    // Turned away by every attempt: it has changed nothing.
    if (!accepted && !uncertain) return;
    const operationId = accepted ? operationIdOf(answered.answer.location) : change.toAsk;
    const end = operationId === null ? undefined : ends.get(operationId);
    const by = operationId ?? `change ${change.number}`;
    const { invokedAt } = change;
    if (uncertain || end === undefined) this.#unsure.add(name);
    else if (exchange.method === 'DELETE' && end.outcome === 'succeeded') this.#goneAt.set(name, end.seenAt);
    this.#add(name, {
      op: beginning(exchange, by),
      invokedAt,
      returnedAt: accepted ? answered.returnedAt : (end?.seenAt ?? Infinity),
      optional: !accepted && end === undefined,
    });
    this.#add(name, {
      op: { do: 'end', by, outcome: end?.outcome ?? 'unknown', id: end?.volumeId ?? null },
      invokedAt: Math.max(invokedAt, end?.after ?? 0),
      returnedAt: end?.seenAt ?? Infinity,
      optional: end === undefined,
    });
  }

  addRead({ method, path, answer, invokedAt, returnedAt }: Exchange): void {
    if (method !== 'GET' || answer === null) return;
    const time = { invokedAt, returnedAt };
    const id = volumeIdOf(path);
    const { seen } = answer;
    if (seen?.kind === 'volume') {
      this.#add(seen.name, { op: { do: 'read', id: seen.id, sizeGiB: seen.sizeGiB }, ...time });
    } else if (id !== null && answer.status === 404) {
      const name = this.names.get(id);
      if (name !== undefined) this.#add(name, { op: { do: 'missed', id }, ...time });
    } else if (seen?.kind === 'volumes') this.#addList(seen.ids, null, time);
    else if (seen?.kind === 'cluster') this.#addList(seen.volumeIds, seen.id, time);
  }

  result(): { histories: VolumeHistory[]; violations: Violation[] } {
    const histories = [...this.#operations].map(([name, operations]) => ({ name, operations }));
    return { histories, violations: this.#violations };
  }

  /** A list says of every volume whether it was there. */
  #addList(
    ids: readonly string[],
    clusterId: string | null,
    time: { readonly invokedAt: number; readonly returnedAt: number },
  ): void {
    const listed = new Map<string, string>();
    for (const id of ids) {
      const name = this.names.get(id);
      if (name === undefined) this.#violations.push({ rule: 'volume of nobody', detail: `${id} was listed` });
      else if (listed.has(name)) this.#violations.push({ rule: 'two volumes of one name', detail: name });
      else listed.set(name, id);
    }
    for (const [name, wanted] of this.#wanted) {
      if (clusterId !== null && wanted.clusterId !== clusterId) continue;
      // Before anybody asked for it there is nothing to prove.
      if (time.returnedAt < wanted.since && !listed.has(name)) continue;
      const id = listed.get(name);
      if (id === undefined && this.#isGoneBefore(name, time.invokedAt)) continue;
      this.#add(name, { op: id === undefined ? { do: 'unlisted' } : { do: 'listed', id }, ...time });
    }
  }

  /** Names are used once: a list without one that is deleted for good proves nothing, and a long run has millions of these. */
  #isGoneBefore(name: string, at: number): boolean {
    return !this.#unsure.has(name) && (this.#goneAt.get(name) ?? Infinity) < at;
  }

  #want(name: string, clusterId: string, invokedAt: number): void {
    const since = Math.min(invokedAt, this.#wanted.get(name)?.since ?? Infinity);
    this.#wanted.set(name, { clusterId, since });
  }

  #nameOf({ wish, path }: Exchange): string | null {
    if (wish?.kind === 'create') return wish.name;
    const id = volumeIdOf(path);
    return id === null ? null : (this.names.get(id) ?? null);
  }

  #addRefusal(name: string, exchange: Exchange, answered: NonNullable<Change['answered']>): void {
    const { invokedAt, returnedAt, answer } = answered;
    const why = refusals.find(({ text }) => text.test(answer.text))?.why;
    const id = volumeIdOf(exchange.path);
    if (why === undefined) {
      this.#violations.push({ rule: 'refused without a reason', detail: describeExchange(exchange) });
    } else if (why === 'name-taken') {
      this.#add(name, { op: { do: 'refused', why }, invokedAt, returnedAt });
    } else if (id !== null) this.#add(name, { op: { do: 'refused', why, id }, invokedAt, returnedAt });
  }

  #add(name: string, operation: Timed<VolumeOp>): void {
    const operations = this.#operations.get(name);
    if (operations === undefined) this.#operations.set(name, [operation]);
    else operations.push(operation);
  }
}

function beginning({ wish, method, path }: Exchange, by: string): VolumeOp {
  if (wish?.kind === 'create') return { do: 'begin-create', by, sizeGiB: wish.sizeGiB };
  const id = volumeIdOf(path) ?? '';
  if (wish?.kind === 'expand') return { do: 'begin-expand', by, id, addGiB: wish.addGiB };
  if (method === 'DELETE') return { do: 'begin-delete', by, id };
  throw new Error(`the history has a change that no model knows: ${method} ${path}`);
}
