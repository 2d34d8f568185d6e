import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { EventTelling } from '#audit';
import type { AuditEvent } from '../audit/audit-event.js';
import { written } from '../output/output.js';
import { hanging } from '../output/wrap.js';
import { wholeNumber } from './arguments.js';
import { askCommand, asking, type Asking, type AskOptions } from './ask.js';

interface WatchOptions extends AskOptions {
  readonly kind?: string;
  readonly type?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** `brickyard watch`: what happens, as it happens; of one operation to its end. */
export function watchCommand(): Command {
  return askCommand('watch')
    .description('follow an operation to its end, or everything that happens, until Ctrl-C')
    .argument('[operation]', 'its id; exit code 1 where it fails')
    .option('--kind <kind>', 'only events of this kind of object, such as volume')
    .option('--type <type>', 'only events of this type, such as VolumeDeleted')
    .option('--after <position>', 'go on behind this event; 0:0 is the beginning of the log')
    .addOption(new Option('--limit <number>', 'end after so many events').argParser(wholeNumber))
    .action(async (operation: string | undefined, options: WatchOptions) =>
      asking(options, async (parts) => {
        const stop = new AbortController();
        process.once('SIGINT', () => stop.abort());
        const { kind, type, after, limit = Infinity } = options;
        const path = operation === undefined ? '/v1/events' : `/v1/operations/${encodeURIComponent(operation)}/events`;
        const events = parts.client.events(path, operation === undefined ? { kind, type } : {}, {
          ...(after === undefined ? {} : { lastEventId: after }),
          signal: stop.signal,
          broken: (reason) => process.stderr.write(`brickyard: the stream broke off (${reason}); going on\n`),
        });
        const telling = new EventTelling();
        let shown = 0;
        for await (const { data } of events) {
          const event = JSON.parse(data) as AuditEvent;
          await print(event, telling, options, parts, operation === undefined);
          shown += 1;
          if (operation !== undefined && event.type === 'OperationSucceeded') return undefined;
          if (operation !== undefined && event.type === 'OperationFailed') return 'refused';
          if (shown === limit) return undefined;
        }
        return undefined;
      }),
    );
}

/** To programs one line of JSON, or one document of YAML, for each event. */
async function print(
  event: AuditEvent,
  telling: EventTelling,
  { output }: WatchOptions,
  { page }: Asking,
  withWorkers: boolean,
): Promise<void> {
  const text = (): string => {
    const { actor, issuer } = event;
    const what = telling.tell(event);
    // An operation says who takes it up; that all that follows is by the same worker need not be said.
    const isSaid = issuer === 'brickyard' && (!withWorkers || what.includes(actor));
    const by = issuer === 'brickyard' ? `by ${actor}` : `by ${actor} (${issuer})`;
    const line = isSaid ? what : `${what} ${page.style.dim(by)}`;
    return `${hanging(`${page.style.dim(page.time(event.recordedAt))}  `, line, page.width)}\n`;
  };
  const line = output === 'json' ? `${JSON.stringify(event)}\n` : written(output, event, text);
  if (!process.stdout.write(output === 'yaml' ? `---\n${line}` : line)) await once(process.stdout, 'drain');
}
