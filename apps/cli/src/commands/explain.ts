import type { Command } from 'commander';
import { EventTelling, type RefusedRequest } from '#audit';
import type { AuditEvent } from '../audit/audit-event.js';
import type { Page } from '../output/output.js';
import { reasonTree } from '../output/reason-tree.js';
import { hanging } from '../output/wrap.js';
import { askCommand, asking, type AskOptions } from './ask.js';

/** What the server knows of a request. */
export interface RequestTrace {
  readonly requestId: string;
  readonly outcome: 'changed' | 'refused' | 'changed-and-refused';
  readonly refusals: readonly AuditEvent[];
  readonly operations: readonly string[];
  readonly events: readonly AuditEvent[];
  readonly more: boolean;
}

/** `brickyard explain`: what became of a request, and every reason for which it was refused. */
export function explainCommand(): Command {
  return askCommand('explain')
    .description('what became of a request: why it was refused, or what it began')
    .argument('<request-id>', 'as in the refusal, in X-Request-Id or in a history')
    .action(async (requestId: string, options: AskOptions) =>
      asking(options, async ({ client, page, print }) => {
        const trace: RequestTrace = await client.get(`/v1/requests/${encodeURIComponent(requestId)}`);
        print(trace, () => traceText(trace, page));
        return undefined;
      }),
    );
}

export function traceText({ refusals, operations, events, more }: RequestTrace, page: Page): string {
  const refused = refusals.map((refusal) => refusalText(refusal, page));
  const begun = operations.map((id) => `It began operation ${id}: brickyard operations ${id}\n`);
  const telling = new EventTelling();
  const changed = events
    .map((event) => ({ ...event, what: telling.tell(event) }))
    .filter(({ stream }) => !operations.includes(stream.id))
    .map(({ recordedAt, what }) => `${hanging(`${page.style.dim(page.time(recordedAt))}  `, what, page.width)}\n`);
  return [
    ...refused,
    ...begun,
    ...changed,
    ...(more ? ['There are more events: brickyard audit export --request\n'] : []),
  ].join('');
}

function refusalText({ recordedAt, actor, issuer, sourceAddress, data }: AuditEvent, page: Page): string {
  // Written by the refusal recorder of this version or a later one, which only adds to it.
  const { method, path, status, text, reasons = [], furtherReasons = {} } = data as unknown as RefusedRequest;
  const { style, time, width } = page;
  const from = sourceAddress === null ? '' : ` from ${sourceAddress}`;
  const further = Object.entries(furtherReasons).map(([rule, count]) => `    and ${count} more [${rule}]\n`);
  return [
    `${hanging(`${style.dim(time(recordedAt))}  `, style.bad(`${method} ${path} was refused with ${status}`), width)}\n`,
    `${hanging('    ', style.dim(`by ${actor} (${issuer})${from}`), width)}\n`,
    `${hanging('    ', text, width)}\n`,
    reasonTree(reasons, width, '    '),
    ...further,
  ].join('');
}
