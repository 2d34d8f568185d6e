import type { Logger } from '#kernel';
import { Duty } from '../duties/duty.js';
import type { Leases } from '../leases/leases.js';
import type { AnswerRecords } from './answer-records.js';

/** A statement's worth: short locks, little to undo. */
const BATCH = 1000;
const PASS_MS = 60_000;

export interface ForgettingParts {
  readonly records: Pick<AnswerRecords, 'removeOld'>;
  readonly leases: Leases;
  /** The process, unique among all. */
  readonly owner: string;
  readonly logger: Logger;
  readonly keepMs: number;
}

/** The duty that removes recorded answers whose time is over. */
export function forgettingAnswers({ records, keepMs, ...parts }: ForgettingParts): Duty {
  const pass = (_taken: boolean, signal: AbortSignal): Promise<void> =>
    forgetAnswers(records, keepMs, parts.logger, signal);
  return new Duty({ ...parts, name: 'idempotency', intervalMs: PASS_MS, pass });
}

/** One pass: batch after batch, until nothing is left to remove or the duty is over. */
export async function forgetAnswers(
  records: ForgettingParts['records'],
  keepMs: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  let forgotten = 0;
  let removed = BATCH;
  while (removed === BATCH && !signal.aborted) {
    removed = await records.removeOld(keepMs, BATCH);
    forgotten += removed;
  }
  if (forgotten > 0) logger.info({ forgotten }, 'recorded answers removed');
}
