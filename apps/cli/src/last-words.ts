import { maskText } from '#kernel';
import type { Command } from 'commander';

/** What is said of an error that nobody caught: where it comes from and what is behind it, without secrets. */
export function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return `brickyard: ${maskText(String(error))}\n`;
  const behind = error.cause === undefined ? '' : `caused by ${lastWords(error.cause)}`;
  return `brickyard: ${maskText(error.stack ?? error.message)}\n${behind}`;
}

/**
 * Ends the process by an error that nobody caught, as Node does. Node would also show all that hangs on the error: the
 * parameters of a statement, or the password that a Redis did not take.
 */
export function endWithLastWords(): void {
  process.on('uncaughtException', (error: unknown) => {
    process.stderr.write(lastWords(error));
    process.exit(1);
  });
}

/** Commander repeats an option that it does not know, with what is behind it: `--secret=...`, as other clients have it. */
export function maskComplaints(command: Command): void {
  command.configureOutput({ writeErr: (text) => process.stderr.write(`${maskText(text).trimEnd()}\n`) });
  for (const below of command.commands) maskComplaints(below);
}
