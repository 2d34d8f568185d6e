import type { Command } from 'commander';

/** What may follow at one place of the command line. */
export interface Place {
  /** `/` for the program itself, `/audit/export` for a command below another. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly {
    readonly flags: readonly string[];
    readonly description: string;
    /** What its value may be; null: it takes none, or any. */
    readonly choices: readonly string[] | null;
    readonly takesValue: boolean;
  }[];
}

/** Every place of the command line, from commander's own tree: what is there is completed, and nothing else. */
export function placesOf(
  commands: readonly Command[],
  path = '',
  options: Command['options'] = [],
): readonly [Place, ...Place[]] {
  const own: Place = {
    path: path === '' ? '/' : path,
    commands: commands.map((command) => ({ name: command.name(), description: command.description() })),
    options: options.map(({ short, long, description, argChoices, required, optional }) => ({
      flags: [short, long].filter((flag) => flag !== undefined),
      description,
      choices: argChoices ?? null,
      takesValue: required || optional,
    })),
  };
  const below = commands.flatMap((command) => placesOf(command.commands, `${path}/${command.name()}`, command.options));
  return [own, ...below];
}
