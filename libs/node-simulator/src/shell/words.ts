/** A line that no quoting function should have produced. The simulator refuses it so that the caller's test notices. */
export class ShellRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ShellRefusal';
  }
}

/** Characters that a real shell would act on where they stand outside of quotes. */
const ACTIVE_UNQUOTED = ';&|<>()$`*?[]{}\n\r';
const ACTIVE_AT_WORD_START = '#~!';
const ACTIVE_IN_DOUBLE_QUOTES = '$`';
const ESCAPABLE_IN_DOUBLE_QUOTES = '$`"\\';

/**
 * Splits a command line into words as a POSIX shell would, for lines that consist of words only.
 * @throws ShellRefusal where the shell would do more than split: expansion, substitution, redirection, several commands
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let index = 0;
  while (index < line.length) {
    const character = line.charAt(index);
    if (character === "'") {
      const end = line.indexOf("'", index + 1);
      if (end < 0) throw new ShellRefusal('unterminated single quote');
      word = (word ?? '') + line.slice(index + 1, end);
      index = end + 1;
    } else if (character === '"') {
      const [text, next] = doubleQuoted(line, index + 1);
      word = (word ?? '') + text;
      index = next;
    } else if (character === '\\') {
      if (index + 1 >= line.length) throw new ShellRefusal('trailing backslash');
      word = (word ?? '') + line.charAt(index + 1);
      index += 2;
    } else if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
      index += 1;
    } else {
      refuseActive(character, word === null);
      word = (word ?? '') + character;
      index += 1;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

function doubleQuoted(line: string, start: number): [string, number] {
  let text = '';
  let index = start;
  while (index < line.length) {
    const character = line.charAt(index);
    if (character === '"') return [text, index + 1];
    if (ACTIVE_IN_DOUBLE_QUOTES.includes(character)) {
      throw new ShellRefusal(`unescaped ${character} in double quotes`);
    }
    if (character === '\\' && ESCAPABLE_IN_DOUBLE_QUOTES.includes(line.charAt(index + 1))) {
      text += line.charAt(index + 1);
      index += 2;
    } else {
      text += character;
      index += 1;
    }
  }
  throw new ShellRefusal('unterminated double quote');
}

function refuseActive(character: string, startsWord: boolean): void {
  if (ACTIVE_UNQUOTED.includes(character) || (startsWord && ACTIVE_AT_WORD_START.includes(character))) {
    throw new ShellRefusal(`unquoted ${JSON.stringify(character)}`);
  }
}
