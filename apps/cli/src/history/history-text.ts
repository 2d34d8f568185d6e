import type { HistoryEntry, ToldEvent, ToldOperation, ToldStep } from '#audit';
import type { Page } from '../output/output.js';
import { reasonTree } from '../output/reason-tree.js';
import { between } from '../output/times.js';
import { hanging } from '../output/wrap.js';
import { type ShownCommands, stepText } from './step-text.js';

const INDENT = '    ';
/** Large volumes have hundreds of bricks: whoever wants each of them asks for JSON. */
const MOST_EVENTS = 8;

/** For people: one block for each entry. What happened, who wanted it, how it was done, why it went wrong. */
export function historyText(entries: readonly HistoryEntry[], page: Page, shown: ShownCommands): string {
  return entries.map((entry) => entryText(entry, page, shown)).join('\n');
}

function entryText(entry: HistoryEntry, page: Page, shown: ShownCommands): string {
  const { time, style, width } = page;
  const { at, what, operation, refusal, events } = entry;
  const bad = refusal !== null || operation?.status === 'failed';
  const lines = [
    hanging(`${style.dim(time(at))}  `, bad ? style.bad(what) : style.bold(what), width),
    hanging(INDENT, style.dim(whoText(entry)), width),
    ...(operation === null ? [] : [hanging(INDENT, operationText(operation, page), width)]),
    ...eventLines(what, events).map((line) => hanging(`${INDENT}- `, line, width)),
  ];
  const steps = operation === null ? '' : `${reasonText(entry, page)}${stepsText(operation.steps, page, shown)}`;
  const reasons = refusal === null ? '' : reasonTree(refusal.reasons, width, INDENT);
  return `${lines.join('\n')}\n${steps}${reasons}`;
}

function whoText({ actor, issuer, sourceAddress, requestId, operation }: HistoryEntry): string {
  const who = issuer === 'brickyard' ? `by ${actor}, on its own` : `by ${actor} (${issuer})`;
  const from = sourceAddress === null ? '' : ` from ${sourceAddress}`;
  return requestId === operation?.operationId ? `${who}${from}` : `${who}${from}, request ${requestId}`;
}

function operationText(operation: ToldOperation, { style, time }: Page): string {
  const { operationId, kind, status, acceptedAt, endedAt, runs, cancelledBy, cleanupId } = operation;
  const outcome = endedAt === null ? style.odd(status) : status === 'failed' ? style.bad(status) : style.good(status);
  const took = endedAt === null ? '' : ` after ${between(acceptedAt, endedAt)}`;
  const workers = [...new Set(runs.map(({ worker }) => worker))];
  const by = workers.length === 0 ? '' : `, carried out by ${workers.join(', ')}`;
  const often = runs.length > 1 ? ` in ${runs.length} runs` : '';
  const cancelled = cancelledBy === null ? '' : `, cancelled by ${cancelledBy.actor} at ${time(cancelledBy.at)}`;
  const rest = cleanupId === null ? '' : `; what was left is done by operation ${cleanupId}`;
  return `${kind} ${operationId} ${outcome}${took}${by}${often}${cancelled}${rest}`;
}

/** Why it failed, where neither the headline nor a step that is shown says it: an object may hear of the undoing only. */
function reasonText({ what, operation }: HistoryEntry, { style, width }: Page): string {
  const { reason = null, steps = [] } = operation ?? {};
  if (reason === null || what.includes(reason) || steps.some((step) => step.reason === reason)) return '';
  return `${hanging(`${INDENT}${style.bad('because')}    `, reason, width)}\n`;
}

/** What the headline does not say already. */
function eventLines(headline: string, events: readonly ToldEvent[]): string[] {
  const lines = events.map(({ what }) => what).filter((what) => what !== headline);
  const left = lines.length - MOST_EVENTS;
  return left > 0 ? [...lines.slice(0, MOST_EVENTS), `and ${left} more`] : lines;
}

/** All steps where all commands are wanted; else how many there were, and each that went wrong. */
function stepsText(steps: readonly ToldStep[], page: Page, shown: ShownCommands): string {
  const wrong = steps.filter(({ result }) => result === 'failed' || result === 'not-undone');
  if (shown === 'all' || wrong.length === 0) {
    return shown === 'all' ? steps.map((step) => stepText(step, page, shown, INDENT)).join('') : '';
  }
  const undone = steps.filter(({ result }) => result === 'undone').length;
  const rest =
    undone === 0 ? '' : `${INDENT}${page.style.good('undone')}     ${undone === 1 ? '1 step' : `${undone} steps`}\n`;
  return `${wrong.map((step) => stepText(step, page, shown, INDENT)).join('')}${rest}`;
}
