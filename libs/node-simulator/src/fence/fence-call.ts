/** What stands in a line between the script's path and the command. */
export interface FenceCall {
  readonly verb: string;
  /** Where the script is expected. */
  readonly script: string;
  /** '' where none is given. */
  readonly installation: string;
  readonly node: string;
  readonly epochs: Readonly<Record<string, number>>;
  readonly patienceSeconds: number;
  readonly graceSeconds: number;
  /** Words that come after `--`. */
  readonly hasCommand: boolean;
  /** Why the script would not take its words; '' where it does. */
  readonly misused: string;
}

const SCRIPT = /^\/run\/brickyard\/fence-[0-9a-f]{16}$/;
const PAIR = /^([A-Za-z0-9][A-Za-z0-9_./-]*)=(\d+)$/;
const OPTIONS = ['--installation', '--node', '--patience', '--grace'];
/** In a line that a quoting function has made; none of the words before ` -- ` needs quotes. */
const PREFIX = / sh \/run\/brickyard\/fence-[0-9a-f]{16} run .*? -- /;

/** The line of the command itself, as it would be without a fence. */
export const withoutFence = (line: string): string => line.replace(PREFIX, ' ');

export const isFenceScript = (words: readonly string[]): boolean => SCRIPT.test(words[1] ?? '');

/**
 * Reads `sh SCRIPT VERB [OPTION VALUE]... KEY=EPOCH... [-- COMMAND...]`.
 * @returns with the words of the command
 */
export function readFenceCall(words: readonly string[]): { call: FenceCall; rest: readonly string[] } {
  const [, script = '', verb = ''] = words;
  const end = words.indexOf('--');
  const own = words.slice(3, end < 0 ? undefined : end);
  const options: Record<string, string> = {};
  const epochs: Record<string, number> = {};
  let misused = '';
  for (let index = 0; index < own.length && misused === ''; index += 1) {
    const word = own[index] ?? '';
    const pair = PAIR.exec(word);
    if (OPTIONS.includes(word)) options[word] = own[(index += 1)] ?? '';
    else if (pair === null) misused = `not KEY=EPOCH: ${word}`;
    else epochs[pair[1] ?? ''] = Number(pair[2]);
  }
  if (misused === '' && Object.keys(epochs).length === 0) misused = 'no KEY=EPOCH';
  const call: FenceCall = {
    verb,
    script,
    epochs,
    misused,
    hasCommand: end >= 0 && end < words.length - 1,
    installation: options['--installation'] ?? '',
    node: options['--node'] ?? '',
    patienceSeconds: Number(options['--patience'] ?? 20),
    graceSeconds: Number(options['--grace'] ?? 20),
  };
  return { call, rest: end < 0 ? [] : words.slice(end + 1) };
}

/** Whether a command of `mine` runs below the epoch that `other` has for one of its keys. */
export function isOvertaken(mine: FenceCall, other: FenceCall): boolean {
  return Object.entries(mine.epochs).some(([key, epoch]) => epoch < (other.epochs[key] ?? 0));
}
