import type { LogPosition } from '#event-store';
import type { EventName } from '../event-rows.js';

/** What a verification can find. */
export const problems = [
  /** The event is not what was sealed; which of its fields differs cannot be known. */
  'event-edited',
  /** An event that was sealed is not there. */
  'event-removed',
  /** An event stands among sealed ones and is in no seal. */
  'event-inserted',
  /** The event does not stand where it stood when it was sealed. */
  'event-moved',
  /** The content of the seal does not have its hash. */
  'seal-altered',
  'seal-missing',
  /** The seal does not follow the one before it. */
  'chain-broken',
  'signature-wrong',
  'signature-missing',
  /** Versions of a stream that it must have had, and no events for them. */
  'stream-gap',
  /** Events of a stream beyond the version that it has. */
  'stream-beyond',
  /** The seal is not the one of which the anchor was kept. */
  'anchor-differs',
  /** There is an anchor of a later seal than the last. */
  'anchor-beyond',
] as const;

export type Problem = (typeof problems)[number];

/** One place where the log is not what was sealed. */
export interface Finding {
  readonly problem: Problem;
  readonly seal: number | null;
  readonly eventId: string | null;
  readonly position: LogPosition | null;
  readonly streamKind: string | null;
  readonly streamId: string | null;
  readonly streamVersion: number | null;
  readonly eventType: string | null;
  readonly detail: string;
}

/** Listed of each kind at most; all are counted. */
const LISTED = 200;

/** The findings of one verification. */
export class Findings {
  readonly #listed: Finding[] = [];
  readonly #counts = new Map<Problem, number>();

  /** @param named the event it is about, as much as is known of it */
  add(problem: Problem, detail: string, seal: number | null, named: Partial<EventName> = {}): void {
    const count = (this.#counts.get(problem) ?? 0) + 1;
    this.#counts.set(problem, count);
    if (count > LISTED) return;
    this.#listed.push({
      problem,
      seal,
      eventId: named.eventId ?? null,
      position: named.position ?? null,
      streamKind: named.streamKind ?? null,
      streamId: named.streamId ?? null,
      streamVersion: named.streamVersion ?? null,
      eventType: named.type ?? null,
      detail,
    });
  }

  get listed(): readonly Finding[] {
    return this.#listed;
  }

  /** Of those kinds of which there is any. */
  get counts(): Readonly<Partial<Record<Problem, number>>> {
    return Object.fromEntries(this.#counts);
  }
}

/** An event in a sentence. */
export function inWords({ position, streamKind, streamId, streamVersion, type }: EventName): string {
  return `${type} at ${position} (${streamKind}/${streamId} version ${streamVersion})`;
}
