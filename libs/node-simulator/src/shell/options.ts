/** What a program takes: options that stand alone, and options that are followed by a value. */
export interface OptionSpec {
  readonly flags?: readonly string[];
  readonly values?: readonly string[];
}

export interface ParsedOptions {
  readonly operands: readonly string[];
  has(flag: string): boolean;
  value(option: string): string | undefined;
}

/** An option that the program does not know; each program has its own words and exit code for it. */
export class UnknownOption extends Error {
  constructor(readonly option: string) {
    super(`unrecognized option '${option}'`);
    this.name = 'UnknownOption';
  }
}

/**
 * `--name value`, `--name=value`, `-n value`, and flags; options and operands in any order, as getopt allows.
 * @throws UnknownOption
 */
export function parseOptions(args: readonly string[], spec: OptionSpec): ParsedOptions {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  let index = 0;
  while (index < args.length) {
    const word = args[index] ?? '';
    index += 1;
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    if (word === '--') {
      operands.push(...args.slice(index));
      break;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    if (spec.values?.includes(name) === true) {
      const value = equals < 0 ? args[index] : word.slice(equals + 1);
      if (value === undefined) throw new UnknownOption(name);
      if (equals < 0) index += 1;
      values.set(name, value);
    } else if (spec.flags?.includes(word) === true) {
      flags.add(word);
    } else {
      throw new UnknownOption(name);
    }
  }
  return {
    operands,
    has: (flag) => flags.has(flag),
    value: (option) => values.get(option),
  };
}
