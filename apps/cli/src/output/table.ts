import type { Style } from './style.js';
import { hanging, padded, widthOf } from './wrap.js';

const GAP = '  ';

/**
 * Rows under headings, as wide as what is in them; what does not fit into the last column goes on below it. Nothing is cut.
 * @param width of the terminal
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  style: Style,
): string {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column] ?? '')].map(widthOf)),
  );
  const line = (cells: readonly string[]): string => {
    const last = cells.length - 1;
    const before = cells.slice(0, last).map((cell, column) => `${padded(cell, widths[column] ?? 0)}${GAP}`);
    return hanging(before.join(''), cells[last] ?? '', width);
  };
  const head = line(headings.map((heading) => heading.toUpperCase()))
    .split('\n')
    .map(style.bold);
  return `${[...head, ...rows.map(line)].join('\n')}\n`;
}
