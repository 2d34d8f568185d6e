import type { UnfinishedOperation } from '#read-model';
import { backOffMs } from '../run/settings.js';

/** What the reconciler remembers of an operation: since when it stands at its attempt, or was last queued. */
export interface Seen {
  readonly attempt: number;
  readonly sinceMs: number;
  /** How often it was queued at this attempt. */
  readonly hints: number;
}

export interface DueSettings {
  /** How long the first hint may take. */
  readonly graceMs: number;
  readonly retryMs: number;
  readonly retryLimitMs: number;
}

/** The present as the reconciler finds it. */
export interface Present {
  readonly nowMs: number;
  /** No job waits and none runs: whatever hint there was has been lost or is done with. */
  readonly queueIsEmpty: boolean;
}

/** A hint that brings nothing is most likely waiting in a long queue: the next ones come at growing distances up to this one. */
const HINT_LIMIT_MS = 30_000;

/**
 * The operations to be queued now, in order of acceptance. An operation whose resources somebody holds is being worked on, or
 * waits for one that is; one that was queued or handed back a moment ago has its pause first. Of several that want the same
 * resource and are due only the oldest goes, so that nobody is overtaken for ever. One that has its pause keeps nobody back:
 * it may be unable to end for as long as its node is away.
 * @param unfinished in order of acceptance
 * @param held keys of leases that are held
 * @returns also what is to be remembered for the next time
 */
export function dueOperations(
  unfinished: readonly UnfinishedOperation[],
  held: ReadonlySet<string>,
  seen: ReadonlyMap<string, Seen>,
  present: Present,
  settings: DueSettings,
): { due: string[]; seen: Map<string, Seen> } {
  const taken = new Set(held);
  const due: string[] = [];
  const next = new Map<string, Seen>();
  for (const operation of unfinished) {
    const { operationId, attempt, resources } = operation;
    const known = remembered(operation, seen.get(operationId), present.nowMs);
    const free = !resources.some((key) => taken.has(key));
    const isDue = free && present.nowMs >= known.sinceMs + pauseOf(known, present, settings);
    if (isDue) {
      due.push(operationId);
      for (const key of resources) taken.add(key);
    }
    next.set(operationId, isDue ? { attempt, sinceMs: present.nowMs, hints: known.hints + 1 } : known);
  }
  return { due, seen: next };
}

/** One that has never been seen may have been waiting for long: since when it does is only known of the first attempt. */
function remembered(operation: UnfinishedOperation, known: Seen | undefined, nowMs: number): Seen {
  const { attempt, acceptedAt } = operation;
  if (known?.attempt === attempt) return known;
  if (known !== undefined) return { attempt, sinceMs: nowMs, hints: 0 };
  return { attempt, sinceMs: attempt === 0 ? acceptedAt.getTime() : -Infinity, hints: 0 };
}

function pauseOf(
  { attempt, hints }: Seen,
  { queueIsEmpty }: Present,
  { graceMs, retryMs, retryLimitMs }: DueSettings,
): number {
  const hintMs = queueIsEmpty ? graceMs : Math.max(graceMs, backOffMs(hints + 2, graceMs, HINT_LIMIT_MS));
  return Math.max(hintMs, backOffMs(attempt + 1, retryMs, retryLimitMs));
}
