import { comparePositions, type LogPosition } from '#event-store';
import type { EventName } from '../event-rows.js';
import { type Findings, inWords } from './finding.js';

interface Placed {
  readonly event: EventName;
  readonly seal: number;
}

/**
 * Whether the events that were sealed stand in the order in which they were sealed. Looks at four neighbours at a time: of two that
 * are the wrong way round, the one without which the others are in order was moved; both, where it can be either (they changed
 * places).
 */
export class SealedOrder {
  #before: Placed | null = null;
  readonly #pending: Placed[] = [];
  #moved = 0;

  constructor(private readonly findings: Findings) {}

  /** The next event in the order of the seals. */
  add(event: EventName, seal: number): void {
    this.#pending.push({ event, seal });
    if (this.#pending.length === 3) this.#judge();
  }

  /** To be called after the last event. */
  finish(): void {
    while (this.#pending.length > 0) this.#judge();
  }

  /** The place of the last event that stands where it was sealed, as far as is known. */
  get end(): LogPosition | null {
    return this.#before?.event.position ?? null;
  }

  get moved(): number {
    return this.#moved;
  }

  #judge(): void {
    const [left, right, after] = this.#pending;
    if (left === undefined) return;
    if (right === undefined || inOrder(left, right)) {
      // One that stands alone behind the others tells nothing of them: rather it was moved than a whole run before it.
      this.#accept(left, right !== undefined && (after === undefined || inOrder(right, after)));
      return;
    }
    const leftIsOut = this.#before === null || inOrder(this.#before, right);
    const rightIsOut = after === undefined || inOrder(left, after);
    const neither = !leftIsOut && !rightIsOut;
    if (rightIsOut || neither) this.#name(right, this.#pending.indexOf(right));
    if (leftIsOut || neither) this.#name(left, this.#pending.indexOf(left));
  }

  /** @param goesOn whether those that follow are in order from here */
  #accept(left: Placed, goesOn: boolean): void {
    if (this.#before === null || inOrder(this.#before, left)) {
      this.#before = left;
      this.#pending.shift();
    } else if (goesOn) {
      // Not this one: a whole run before it stands too late, and ends there.
      this.#report(this.#before);
      this.#before = left;
      this.#pending.shift();
    } else {
      this.#name(left, 0);
    }
  }

  #name(placed: Placed, at: number): void {
    this.#pending.splice(at, 1);
    this.#report(placed);
  }

  #report({ event, seal }: Placed): void {
    this.#moved += 1;
    this.findings.add('event-moved', `${inWords(event)} does not stand where it was sealed`, seal, event);
  }
}

function inOrder(a: Placed, b: Placed): boolean {
  return comparePositions(a.event.position, b.event.position) < 0;
}
