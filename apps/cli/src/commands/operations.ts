import { type Command, Option } from 'commander';
import { operationKinds } from '#domain';
import { hasEnded, type OperationDetail, type OperationSummary } from '../operations/operation-answers.js';
import { operationsText, operationText, progressText } from '../operations/operation-text.js';
import type { ListPage, V1Client } from '../client/v1-client.js';
import { progressLine } from '../output/progress-line.js';
import { wholeNumber } from './arguments.js';
import { askCommand, asking, type AskOptions } from './ask.js';

interface OperationsOptions extends AskOptions {
  readonly status?: string;
  readonly kind?: string;
  readonly cluster?: string;
  readonly node?: string;
  readonly device?: string;
  readonly volume?: string;
  readonly by?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly cancel?: true;
  readonly wait?: true;
  readonly commands?: true;
}

const statuses = ['unfinished', 'accepted', 'running', 'compensating', 'succeeded', 'failed'];

/** `brickyard operations`: what is being carried out and what was; one of them step by step. */
export function operationsCommand(): Command {
  return askCommand('operations')
    .description('list operations, the newest first; or show one step by step')
    .argument('[id]', 'show this one')
    .addOption(new Option('--status <status>', 'only those that stand so').choices(statuses))
    .addOption(new Option('--kind <kind>', 'only this kind').choices(operationKinds))
    .option('--cluster <id>', 'only in this cluster')
    .option('--node <id>', 'only on this node')
    .option('--device <id>', 'only on this device')
    .option('--volume <id>', 'only on this volume')
    .option('--by <actor>', 'only those that this actor asked for')
    .addOption(new Option('--limit <number>', 'at most').argParser(wholeNumber).default(50))
    .option('--cursor <cursor>', 'go on where an earlier answer said that there is more')
    .option('--cancel', 'give this one up; what was done is undone')
    .option('--wait', 'wait for the end of this one; exit code 1 where it fails, or is done before it is given up')
    .option('--commands', 'all commands that were run on nodes, not only those that failed')
    .action(async (id: string | undefined, options: OperationsOptions) => {
      if (id === undefined) await list(options);
      else await show(id, options);
    });
}

async function list(options: OperationsOptions): Promise<void> {
  await asking(options, async ({ client, page, print }) => {
    if (options.cancel || options.wait) throw new Error('--cancel and --wait are about one operation: say which');
    const { status, kind, cluster, by: actor, limit, cursor } = options;
    const query = { status, kind, cluster, actor, limit, cursor, ...subjectOf(options) };
    const answer: ListPage<OperationSummary> = await client.get('/v1/operations', query);
    print(answer, () => {
      const more = answer.next === null ? '' : `\nThere is more: --cursor ${answer.next}\n`;
      return `${operationsText(answer.items, page)}${more}`;
    });
    return undefined;
  });
}

function subjectOf({ node, device, volume }: OperationsOptions): { subjectKind?: string; subjectId?: string } {
  const given = Object.entries({ node, device, volume }).filter(([, id]) => id !== undefined);
  const [subject, ...others] = given;
  if (others.length > 0) throw new Error('an operation is about one thing: give one of --node, --device and --volume');
  return subject?.[1] === undefined ? {} : { subjectKind: subject[0], subjectId: subject[1] };
}

async function show(id: string, options: OperationsOptions): Promise<void> {
  await asking(options, async ({ client, page, print }) => {
    const path = `/v1/operations/${encodeURIComponent(id)}`;
    const asked: OperationDetail = options.cancel ? await client.post(`${path}:cancel`) : await client.get(path);
    const operation = options.wait ? await ended(client, path, asked) : asked;
    print(operation, () => operationText(operation, page, options.commands ? 'all' : 'failed'));
    return options.wait && operation.status === unwanted(options) ? 'refused' : undefined;
  });
}

/** What is given up ends as failed, and was to. */
const unwanted = ({ cancel }: OperationsOptions): OperationDetail['status'] => (cancel ? 'succeeded' : 'failed');

/** Each question is held open by the server for a while; where somebody looks on, shorter, to show how far it is. */
async function ended(client: V1Client, path: string, operation: OperationDetail): Promise<OperationDetail> {
  const progress = progressLine(process.stderr);
  const wait = process.stderr.isTTY ? '2s' : '30s';
  let last = operation;
  try {
    while (!hasEnded(last)) {
      progress.show(`${last.kind} ${last.status}${progressText(last)}`);
      last = await client.get(path, { wait });
    }
  } finally {
    progress.clear();
  }
  return last;
}
