import { stripVTControlCharacters } from 'node:util';

/** How many columns of a terminal a text takes. Names here are ASCII; a wide character would only misalign. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * A text in lines of at most `width` columns, broken between words; a longer word (an id, a command's argument) has a line of its
 * own and is not cut: people copy it.
 */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrappedLine(paragraph, width));
}

function wrappedLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** A text whose further lines stand under its first, behind `indent` columns. */
export function hanging(first: string, text: string, width: number): string {
  const indent = widthOf(first);
  return wrapped(text, Math.max(20, width - indent))
    .map((line, index) => `${index === 0 ? first : ' '.repeat(indent)}${line}`.trimEnd())
    .join('\n');
}
