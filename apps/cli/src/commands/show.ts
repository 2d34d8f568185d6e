import { Argument, type Command, Option } from 'commander';
import type { ListPage } from '../client/v1-client.js';
import { findObject } from '../history/find-object.js';
import { type AnyObject, objectsText, objectText } from '../topology/object-text.js';
import type { Moment } from '../topology/topology-answers.js';
import { wholeNumber } from './arguments.js';
import { askCommand, asking, type AskOptions } from './ask.js';
import { momentOption } from './moment.js';

const kinds = ['cluster', 'node', 'device', 'volume'] as const;
type Kind = (typeof kinds)[number];

interface ShowOptions extends AskOptions {
  readonly asOf?: string;
  readonly limit: number;
  readonly cursor?: string;
}

type ObjectPage = ListPage<AnyObject> & { readonly asOf: Moment | null };

/** `brickyard show`: objects as they are, or as they were. */
export function showCommand(): Command {
  return askCommand('show')
    .description('clusters, nodes, devices or volumes, or one of them, as they are or as they were')
    .addArgument(new Argument('<kind>', 'of the objects').choices(kinds))
    .argument('[id]', 'only this one; of volumes and nodes also by its name')
    .addOption(momentOption('--as-of', 'as they were'))
    .addOption(new Option('--limit <number>', 'at most').argParser(wholeNumber).default(100))
    .option('--cursor <cursor>', 'go on where an earlier answer said that there is more')
    .action(async (kind: Kind, id: string | undefined, options: ShowOptions) => {
      if (id === undefined) await list(kind, options);
      else await one(kind, id, options);
    });
}

async function list(kind: Kind, options: ShowOptions): Promise<void> {
  await asking(options, async ({ client, page, print }) => {
    const { asOf, limit, cursor } = options;
    const answer: ObjectPage = await client.get(`/v1/${kind}s`, { asOf, limit, cursor });
    print(answer, () => {
      const more = answer.next === null ? '' : `\nThere is more: --cursor ${answer.next}\n`;
      return `${objectsText(kind, answer.items, answer.asOf, page)}${more}`;
    });
    return undefined;
  });
}

async function one(kind: Kind, word: string, options: ShowOptions): Promise<void> {
  await asking(options, async ({ client, page, print }) => {
    const { asOf } = options;
    const id = await findObject(client, kind, word, asOf);
    const object: AnyObject = await client.get(`/v1/${kind}s/${id}`, { asOf });
    print(object, () => objectText(object, page));
    return undefined;
  });
}
