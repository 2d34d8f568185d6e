import { Command, Option } from 'commander';
import { RequestRefused } from '../client/heketi-client.js';
import { RequestProblem } from '../client/problem.js';
import { complaint } from '../complaint.js';
import { connectionOf, type ServerOptions } from '../context/connection.js';
import { V1Client } from '../client/v1-client.js';
import { outputForms, type OutputForm, type Page, pageFor, written } from '../output/output.js';
import { withServer } from './server-options.js';

/** What scripts tell apart: all is well (0), the server said no or what was asked about has failed, nobody could be asked. */
export const exitCodes = { refused: 1, unanswered: 2 } as const;

export interface AskOptions extends ServerOptions {
  readonly output: OutputForm;
  readonly utc?: true;
}

/** A command that asks and prints an answer. */
export function askCommand(name: string): Command {
  return strict(
    withServer(new Command(name))
      .addOption(new Option('-o, --output <form>', 'for people or for programs').choices(outputForms).default('table'))
      .option('--utc', 'times in UTC'),
  ).addHelpText('after', '\nExit code: 0 ok, 1 refused or failed, 2 the server could not be asked.');
}

/** Commander ends with 1 where an option is wrong; that would be a refusal. */
export function strict(command: Command): Command {
  return command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.unanswered));
}

/** What a command has to work with. */
export interface Asking {
  readonly client: V1Client;
  readonly page: Page;
  /** Prints an answer in the form that was asked for. */
  readonly print: (answer: unknown, text: () => string) => void;
}

/** Runs a command's work against /v1. @param work as of `reporting` */
export async function asking(
  options: AskOptions,
  work: (asking: Asking) => Promise<'refused' | undefined>,
): Promise<void> {
  await reporting(options, async () => {
    const client = new V1Client(await connectionOf(options));
    const page = pageFor(process.stdout, options);
    const print = (answer: unknown, text: () => string): void => {
      process.stdout.write(written(options.output, answer, text));
    };
    return work({ client, page, print });
  });
}

/**
 * Runs a command's work, prints what goes wrong to stderr and sets the exit code.
 * @param work may return `refused` where the server answered and what it answered is a failure
 */
export async function reporting(
  options: Pick<AskOptions, 'utc'>,
  work: () => Promise<'refused' | undefined>,
): Promise<void> {
  try {
    const outcome = await work();
    process.exitCode = outcome === 'refused' ? exitCodes.refused : 0;
  } catch (error) {
    process.stderr.write(complaint(error, pageFor(process.stderr, options)));
    process.exitCode = exitCodeOf(error);
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof RequestRefused) return exitCodes.refused;
  return error instanceof RequestProblem && !error.isUnanswered ? exitCodes.refused : exitCodes.unanswered;
}
