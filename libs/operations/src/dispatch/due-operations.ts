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
 * The operations that may be queued now, in the order given, if it is their turn in their lanes. An operation whose resources
 * somebody holds is being worked on, or waits for one that is; one that was queued or handed back a moment ago has its pause
 * first.
 * @param held keys of leases that are held
 * @param seen what was remembered the last time
 */
export function dueOperations(
  unfinished: readonly UnfinishedOperation[],
  held: ReadonlySet<string>,
  seen: ReadonlyMap<string, Seen>,
  present: Present,
  settings: DueSettings,
): { due: string[]; seen: Map<string, Seen> } {
  const due: string[] = [];
  const next = new Map<string, Seen>();
  for (const operation of unfinished) {
    const known = remembered(operation, seen.get(operation.operationId), present.nowMs);
    next.set(operation.operationId, known);
    const free = !operation.resources.some((key) => held.has(key));
    if (free && present.nowMs >= known.sinceMs + pauseOf(known, present, settings)) due.push(operation.operationId);
  }
  return { due, seen: next };
}

/** The same, after it was queued. */
export function queuedAgain({ attempt, hints }: Seen, nowMs: number): Seen {
  return { attempt, sinceMs: nowMs, hints: hints + 1 };
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
