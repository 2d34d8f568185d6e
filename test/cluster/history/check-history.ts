import type { Exchange, Violation } from './exchange.js';
import { checkLinearizable, type Timed, type Verdict } from './linearizable.js';
import { type VolumeHistory, volumeHistories } from './volume-histories.js';
import { volumeModel, type VolumeOp, type VolumeState } from './volume-model.js';
import { wireViolations, type WireRules } from './wire-rules.js';

export interface HistoryReport {
  /** Empty: every client saw what some order of all changes explains. */
  readonly violations: readonly Violation[];
  readonly exchanges: number;
  /** Volumes whose history was searched for an order. */
  readonly histories: number;
  /** Beginnings, ends, reads and refusals in these histories. */
  readonly operations: number;
  /** Changes of which their client never learned whether they were taken. */
  readonly unknown: number;
}

/** Whether everything that the clients of a run saw can be explained. */
export function checkHistory(exchanges: readonly Exchange[], rules: WireRules): HistoryReport {
  const { histories, violations } = volumeHistories(exchanges);
  return {
    violations: [...wireViolations(exchanges, rules), ...violations, ...histories.flatMap(unexplained)],
    exchanges: exchanges.length,
    histories: histories.length,
    operations: histories.reduce((sum, { operations }) => sum + operations.length, 0),
    unknown: histories.reduce((sum, { operations }) => sum + operations.filter(isUnknownBeginning).length, 0),
  };
}

const isUnknownBeginning = ({ op, optional }: Timed<VolumeOp>): boolean =>
  optional === true && op.do.startsWith('begin');

function unexplained({ name, operations }: VolumeHistory): Violation[] {
  const verdict = checkLinearizable(operations, volumeModel);
  return verdict.linearizable ? [] : [{ rule: 'linearizable', detail: `${name}: ${explain(verdict)}` }];
}

/** The last few that fitted, the state after them, and what does not fit. */
function explain(verdict: Extract<Verdict<VolumeState, VolumeOp>, { linearizable: false }>): string {
  const { fitted, state, stuck, gaveUpAfter } = verdict;
  const line = ({ op, invokedAt, returnedAt, optional }: Timed<VolumeOp>): string =>
    `  ${invokedAt.toFixed(0)}-${returnedAt.toFixed(0)} ${JSON.stringify(op)}${optional === true ? ' (perhaps never)' : ''}`;
  return [
    gaveUpAfter === null ? 'no order explains it' : `undecided after ${gaveUpAfter} places`,
    ' fits:',
    ...fitted.slice(-12).map(line),
    ` state: ${JSON.stringify(state)}`,
    ' does not fit:',
    ...stuck.slice(0, 12).map(line),
  ].join('\n');
}
