import { stepText, type ShownCommands } from '../history/step-text.js';
import type { Page } from '../output/output.js';
import { between } from '../output/times.js';
import { table } from '../output/table.js';
import { hanging } from '../output/wrap.js';
import { hasEnded, type OperationDetail, type OperationSummary } from './operation-answers.js';

/** One row for each operation; why it failed, or what it waits for, behind it. */
export function operationsText(operations: readonly OperationSummary[], page: Page): string {
  if (operations.length === 0) return 'no operations\n';
  const rows = operations.map((operation) => [
    page.time(operation.acceptedAt),
    operation.kind,
    coloured(operation, page),
    operation.requestedBy.actor,
    operation.id,
    noteOf(operation),
  ]);
  return table(['accepted', 'kind', 'status', 'by', 'id', ''], rows, page.width, page.style);
}

function coloured({ status }: OperationSummary, { style }: Page): string {
  if (status === 'failed') return style.bad(status);
  return status === 'succeeded' ? style.good(status) : style.odd(status);
}

function noteOf(operation: OperationSummary): string {
  const { failure, waitsFor, cancelRequested } = operation;
  if (failure !== null) return failure.reason.split('\n')[0] ?? '';
  if (cancelRequested !== null) return `cancelled by ${cancelRequested.by}`;
  return waitsFor === null || hasEnded(operation) ? '' : `waits for ${waitsFor.kind} ${waitsFor.operationId}`;
}

/** One operation: whose it is, how far it is, and each step with what went wrong in it. */
export function operationText(operation: OperationDetail, page: Page, shown: ShownCommands): string {
  const { style, time, width } = page;
  const { id, kind, subject, requestedBy, acceptedAt, endedAt, failure, waitsFor, cancelRequested } = operation;
  const took = endedAt === null ? '' : ` after ${between(acceptedAt, endedAt)}`;
  const lines: readonly (readonly [string, string | null])[] = [
    ['operation', `${id} (${kind} of ${subject.kind} ${subject.id})`],
    ['status', `${coloured(operation, page)}${took}${progressText(operation)}`],
    ['by', `${requestedBy.actor} (${requestedBy.issuer}), request ${requestedBy.requestId}`],
    ['accepted', time(acceptedAt)],
    ['worker', operation.worker === null ? null : `${operation.worker}, run ${operation.attempts}`],
    [
      'waits for',
      waitsFor === null ? null : `${waitsFor.kind} ${waitsFor.operationId}: both want ${waitsFor.resource}`,
    ],
    [
      'away',
      operation.nodesOutOfReach.map(({ nodeId, since }) => `node ${nodeId} since ${time(since)}`).join(', ') || null,
    ],
    ['cancelled', cancelRequested === null ? null : `by ${cancelRequested.by} (${cancelRequested.issuer})`],
    ['reason', failure === null ? null : style.bad(failure.reason)],
    ['cleanup', operation.cleanupId === null ? null : `operation ${operation.cleanupId} does what is left on nodes`],
  ];
  const head = lines
    .filter((line): line is readonly [string, string] => line[1] !== null)
    .map(([name, text]) => hanging(`${style.dim(name.padEnd(9))}  `, text, width));
  return [...head, '', ...phaseTexts(operation, page, shown)].map((line) => `${line}\n`).join('');
}

/** How far it is; nothing where it has ended. */
export function progressText(operation: OperationSummary): string {
  const { phase, stepsDone, stepsUndone, stepsPlanned } = operation.progress;
  if (hasEnded(operation) || phase === null) return '';
  const of = stepsPlanned === null ? '' : ` of ${stepsPlanned}`;
  const undone = stepsUndone === 0 ? '' : `, ${stepsUndone} undone`;
  return `: phase ${phase}, ${stepsDone}${of} steps done${undone}`;
}

function phaseTexts({ phases }: OperationDetail, page: Page, shown: ShownCommands): string[] {
  return phases.flatMap(({ name, startedAt, steps }) => [
    `${page.style.dim(page.time(startedAt))}  ${page.style.bold(name)}`,
    ...steps.map((step) => stepTexts(name, step, page, shown)),
  ]);
}

function stepTexts(
  phase: string,
  { name: step, status, tries }: OperationDetail['phases'][number]['steps'][number],
  page: Page,
  shown: ShownCommands,
): string {
  if (tries.length === 0) return `    ${page.style.odd(status)} ${step}`;
  const results = {
    forward: { succeeded: 'done', failed: 'failed' },
    undo: { succeeded: 'undone', failed: 'not-undone' },
  } as const;
  return tries
    .map(({ way, outcome, at, reason, commands }) => {
      const told = { at, phase, step, result: results[way][outcome], reason, observed: null, commands };
      return stepText(told, page, shown, '    ').trimEnd();
    })
    .join('\n');
}
