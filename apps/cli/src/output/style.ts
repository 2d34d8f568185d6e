import { styleText } from 'node:util';

/** Emphasis of a text for people; where the output is no terminal, or NO_COLOR is set, texts stay as they are. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly odd: (text: string) => string;
}

type Format = Parameters<typeof styleText>[0];

/** Node looks at the stream and at NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  const as = (format: Format) => (text: string) => styleText(format, text, { stream });
  return { bold: as('bold'), dim: as('dim'), good: as('green'), bad: as('red'), odd: as('yellow') };
}

const same = (text: string): string => text;

export const plain: Style = { bold: same, dim: same, good: same, bad: same, odd: same };
