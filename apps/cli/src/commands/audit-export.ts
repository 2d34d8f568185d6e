import { once } from 'node:events';
import { type Command, Option } from 'commander';
import type { EventPlace } from '../audit/audit-event.js';
import { type ExportFile, openExportFile } from '../audit/export-file.js';
import { exportedLines } from '../audit/exported-lines.js';
import { progressLine } from '../output/progress-line.js';
import { count } from '../output/words.js';
import { askCommand, asking, type AskOptions } from './ask.js';
import { time } from './moment.js';

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
    .addOption(new Option('--from <time>', 'recorded at this time or later').argParser((text) => time(text)))
    .addOption(new Option('--to <time>', 'recorded before this time').argParser((text) => time(text)))
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
        const lines = (last: EventPlace | null): AsyncGenerator<string> => exportedLines(client, filter, last, broken);
        const number = await exportTo(await openExportFile(file, resume), lines);
        process.stderr.write(`${count(number, 'event')} written to ${file}\n`);
        return undefined;
      }),
    );
}

/** @returns how many events it is */
async function exportTo(
  target: ExportFile,
  lines: (last: EventPlace | null) => AsyncGenerator<string>,
): Promise<number> {
  const progress = progressLine(process.stderr);
  let number = 0;
  try {
    for await (const line of lines(target.last)) {
      await target.append(line);
      number += 1;
      progress.show(`${count(number, 'event')} written`);
    }
    await target.complete();
    return number;
  } finally {
    progress.clear();
    await target.close();
  }
}

/** As fast as the reader takes it. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
