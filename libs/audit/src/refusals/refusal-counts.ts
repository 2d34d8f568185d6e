import type { RefusedKind, RefusedRequests } from './events.js';
import { cut } from './cut.js';
import type { Refusal } from './refusal.js';

/** Kinds that are told apart; a flood may come from any number of addresses. */
const MAX_KINDS = 50;
const MAX_TEXT_LENGTH = 120;

/** Counts the refusals that come too fast to be recorded each, in a bounded space. */
export class RefusalCounts {
  #kinds = new Map<string, RefusedKind>();
  #count = 0;
  #since = 0;
  #until = 0;

  add({ at, stage, status, text, attribution }: Refusal): void {
    if (this.#count === 0) this.#since = at.getTime();
    this.#until = at.getTime();
    this.#count += 1;
    const kind = { stage, status, text: cut(text.trim(), MAX_TEXT_LENGTH) };
    if (this.#increase({ ...kind, sourceAddress: attribution.sourceAddress })) return;
    if (this.#increase({ ...kind, sourceAddress: null })) return;
    this.#increase({ stage, status, text: 'others', sourceAddress: null }, true);
  }

  /** What was counted since the last time; null: nothing. */
  take(): RefusedRequests | null {
    if (this.#count === 0) return null;
    const taken = {
      since: new Date(this.#since).toISOString(),
      until: new Date(this.#until).toISOString(),
      count: this.#count,
      kinds: [...this.#kinds.values()].sort((a, b) => b.count - a.count),
    };
    this.#kinds = new Map();
    this.#count = 0;
    return taken;
  }

  /** @returns whether there was a place for it; the few kinds without text and address always have one */
  #increase(kind: Omit<RefusedKind, 'count'>, always = false): boolean {
    const key = JSON.stringify([kind.stage, kind.status, kind.text, kind.sourceAddress]);
    const before = this.#kinds.get(key);
    if (before === undefined && this.#kinds.size >= MAX_KINDS && !always) return false;
    this.#kinds.set(key, { ...kind, count: (before?.count ?? 0) + 1 });
    return true;
  }
}
