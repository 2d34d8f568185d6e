import type { HistoryEntry } from '#audit';
import { type Command, Option } from 'commander';
import type { ListPage } from '../client/v1-client.js';
import { findObject, objectWords } from '../history/find-object.js';
import { historyText } from '../history/history-text.js';
import { wholeNumber } from './arguments.js';
import { askCommand, asking, type AskOptions } from './ask.js';

interface HistoryOptions extends AskOptions {
  readonly reverse?: true;
  readonly limit: number;
  readonly cursor?: string;
  readonly commands?: true;
}

/** `brickyard history`: what happened to an object, who wanted it, how it was done and why it went wrong. */
export function historyCommand(): Command {
  return askCommand('history')
    .description('what happened to a cluster, node, device, volume or operation, those that are gone included')
    .argument('<kind>', 'cluster, node, device, volume or operation; or kind/id in one word')
    .argument('[id]', 'its id; of volumes and nodes also the name')
    .option('--reverse', 'the newest first')
    .addOption(new Option('--limit <number>', 'entries at most').argParser(wholeNumber).default(100))
    .option('--cursor <cursor>', 'go on where an earlier answer said that there is more')
    .option('--commands', 'all commands that were run on nodes, not only those that failed')
    .action(async (kind: string, id: string | undefined, options: HistoryOptions) =>
      asking(options, async ({ client, page, print }) => {
        const words = objectWords(kind, id);
        const found = await findObject(client, words.kind, words.word);
        const { reverse, limit, cursor } = options;
        const query = { order: reverse ? 'newest-first' : 'oldest-first', limit, cursor };
        const answer: ListPage<HistoryEntry> = await client.get(`/v1/${words.kind}s/${found}/history`, query);
        print(answer, () => {
          const more = answer.next === null ? '' : `\nThere is more: --cursor ${answer.next}\n`;
          return `${historyText(answer.items, page, options.commands ? 'all' : 'failed')}${more}`;
        });
        return undefined;
      }),
    );
}
