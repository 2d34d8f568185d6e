import { isFenceScript, readFenceCall, type FenceCall } from '../fence/fence-call.js';
import { ShellRefusal, splitWords } from './words.js';

/** A command line with what stood in front of the program taken off. */
export interface CommandLine {
  /** Program name without its folder. */
  readonly program: string;
  readonly args: readonly string[];
  /** From `timeout Ns`; null: no limit. */
  readonly timeoutSeconds: number | null;
  readonly sudo: boolean;
  /** null: the command is not fenced. `take` and `forget` are commands without a program of their own: `fence`. */
  readonly fence: FenceCall | null;
}

interface Taken {
  readonly rest: readonly string[];
  readonly timeoutSeconds?: number;
  readonly sudo?: true;
  readonly fence?: FenceCall;
}

/** null: it is no prefix here. */
type Prefix = (words: readonly string[]) => Taken | null;

/** Only folders where the real program lives: a wrong absolute path must fail as it would on a node. */
const PROGRAM_FOLDERS = /^(?:\/usr)?\/s?bin\//;

const PREFIXES: Readonly<Record<string, Prefix>> = {
  sudo: (words) => ({ rest: words[1] === '-n' ? words.slice(2) : words.slice(1), sudo: true }),
  env: (words) => {
    let index = 1;
    while (/^[A-Za-z_][A-Za-z0-9_]*=/.test(words[index] ?? '')) index += 1;
    return { rest: words.slice(index) };
  },
  sh: (words) => {
    if (!isFenceScript(words)) return null;
    const { call, rest } = readFenceCall(words);
    return { rest: rest.length > 0 ? rest : ['fence', call.verb], fence: call };
  },
  timeout: (words) => {
    let index = 1;
    while ((words[index] ?? '').startsWith('-')) index += words[index] === '-k' || words[index] === '-s' ? 2 : 1;
    return { rest: words.slice(index + 1), timeoutSeconds: durationSeconds(words[index] ?? '') };
  },
  flock: (words) => {
    let index = 1;
    while ((words[index] ?? '').startsWith('-')) index += words[index] === '-w' || words[index] === '-E' ? 2 : 1;
    if (words[index] === undefined) throw new ShellRefusal('flock: no lock file');
    return { rest: words.slice(index + 1) };
  },
};

/** @throws ShellRefusal for a line that is not plain words, or whose prefixes make no sense */
export function parseCommandLine(line: string): CommandLine {
  let words: readonly string[] = splitWords(line);
  let timeoutSeconds: number | null = null;
  let sudo = false;
  let fence: FenceCall | null = null;
  for (;;) {
    const taken = PREFIXES[baseName(words[0] ?? '')]?.(words) ?? null;
    if (taken === null) break;
    words = taken.rest;
    timeoutSeconds = taken.timeoutSeconds ?? timeoutSeconds;
    sudo ||= taken.sudo ?? false;
    fence ??= taken.fence ?? null;
  }
  const [program, ...args] = words;
  if (program === undefined) throw new ShellRefusal('no command');
  return { program: baseName(program), args, timeoutSeconds, sudo, fence };
}

function baseName(program: string): string {
  return program.replace(PROGRAM_FOLDERS, '');
}

function durationSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  if (match === null) throw new ShellRefusal(`timeout: invalid time interval ${JSON.stringify(text)}`);
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? 's'] ?? 1;
  return Number(match[1]) * unit;
}
