import { stringify } from 'yaml';
import { styleFor, type Style } from './style.js';
import { timeWriter, type TimeWriter } from './times.js';

export const outputForms = ['table', 'json', 'yaml'] as const;
export type OutputForm = (typeof outputForms)[number];

/** What a text for people is written with. */
export interface Page {
  /** Columns. */
  readonly width: number;
  readonly style: Style;
  readonly time: TimeWriter;
}

/** Where nothing says how wide it is, as in a pipe. */
const USUAL_WIDTH = 80;

export function pageFor(stream: NodeJS.WriteStream, { utc = false }: { readonly utc?: boolean }): Page {
  return { width: stream.isTTY ? stream.columns : USUAL_WIDTH, style: styleFor(stream), time: timeWriter(utc) };
}

/** An answer in the form that was asked for. Programs get it as the server gave it; people get the text. */
export function written(form: OutputForm, answer: unknown, text: () => string): string {
  if (form === 'json') return `${JSON.stringify(answer, null, 2)}\n`;
  // Long commands stay on one line: whoever reads YAML copies them. To readers of YAML 1.1 (PyYAML) a position without quotes is a
  // number of base 60.
  return form === 'yaml' ? stringify(answer, { lineWidth: 0, compat: 'yaml-1.1' }) : text();
}
