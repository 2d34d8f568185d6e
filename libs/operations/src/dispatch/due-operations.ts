import type { UnfinishedOperation } from '#read-model';
import { backOffMs } from '../run/settings.js';

/** What the reconciler remembers of an operation: since when it stands at its attempt, or was last queued. */
export interface Seen {
  readonly attempt: number;
  readonly sinceMs: number;
}

export interface DueSettings {
  /** How long the first hint may take. */
  readonly graceMs: number;
  readonly retryMs: number;
  readonly retryLimitMs: number;
}

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
  nowMs: number,
  settings: DueSettings,
): { due: string[]; seen: Map<string, Seen> } {
  const taken = new Set(held);
  const due: string[] = [];
  const next = new Map<string, Seen>();
  for (const operation of unfinished) {
    const { operationId, attempt, resources } = operation;
    const known = remembered(operation, seen.get(operationId), nowMs);
    const free = !resources.some((key) => taken.has(key));
    const isDue = free && nowMs >= known.sinceMs + pauseOf(operation, settings);
    if (isDue) {
      due.push(operationId);
      for (const key of resources) taken.add(key);
    }
    next.set(operationId, isDue ? { attempt, sinceMs: nowMs } : known);
  }
  return { due, seen: next };
}

/** One that has never been seen may have been waiting for long: since when it does is only known of the first attempt. */
function remembered(operation: UnfinishedOperation, known: Seen | undefined, nowMs: number): Seen {
  const { attempt, acceptedAt } = operation;
  if (known?.attempt === attempt) return known;
  if (known !== undefined) return { attempt, sinceMs: nowMs };
  return { attempt, sinceMs: attempt === 0 ? acceptedAt.getTime() : -Infinity };
}

function pauseOf({ attempt }: UnfinishedOperation, { graceMs, retryMs, retryLimitMs }: DueSettings): number {
  return Math.max(graceMs, backOffMs(attempt + 1, retryMs, retryLimitMs));
}
