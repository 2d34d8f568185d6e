import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { openExportFile } from '../audit/export-file.js';
import { exportedLines } from '../audit/exported-lines.js';
import { time } from './arguments.js';
import { askCommand, asking, type AskOptions } from './ask.js';

interface ExportOptions extends AskOptions {
  readonly object?: string;
  readonly type?: string;
  readonly by?: string;
  readonly issuer?: string;
  readonly request?: string;
  readonly source?: string;
  readonly from?: string;
  readonly to?: string;
  readonly file?: string;
  readonly resume?: true;
}

/** `brickyard audit export`: the log, or what is wanted of it, for other programs. */
export function auditExportCommand(): Command {
  return askCommand('export')
    .description('the events of the log as lines of JSON, oldest first')
    .option('--object <kind/id>', 'events about an object, such as volume/ID')
    .option('--type <type>', 'only this type, such as VolumeDeleted or RequestRefused')
    .option('--by <actor>', 'only what this actor did')
    .option('--issuer <issuer>', 'only actors that this issuer vouches for')
    .option('--request <id>', 'only what followed from this request')
    .option('--source <address>', 'only what was asked for from this address')
    .addOption(new Option('--from <time>', 'recorded at this time or later').argParser(time))
    .addOption(new Option('--to <time>', 'recorded before this time').argParser(time))
    .option('--file <path>', 'write to this file, for its owner only')
    .option('--resume', 'go on behind the last event in the file')
    .action(async (options: ExportOptions) =>
      asking(options, async ({ client }) => {
        const { object, type, by: actor, issuer, request: requestId, source: sourceAddress, from, to } = options;
        const filter = { object, type, actor, issuer, requestId, sourceAddress, from, to };
        const broken = (reason: string): void => {
          process.stderr.write(`brickyard: the answer broke off (${reason}); going on behind the last event\n`);
        };
        const { file, resume = false } = options;
        if (file === undefined) {
          for await (const line of exportedLines(client, filter, null, broken)) await print(line);
          return undefined;
        }
        const target = await openExportFile(file, resume);
        try {
          for await (const line of exportedLines(client, filter, target.last, broken)) await target.append(line);
        } finally {
          await target.close();
        }
        return undefined;
      }),
    );
}

/** As fast as the reader takes it. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
