import type { CommandRecord } from '#domain';
import type { Page } from '../output/output.js';
import { durationText } from '../output/times.js';
import { hanging } from '../output/wrap.js';

/** One command that was run on a node, with what came of it; what it said on stderr below it. */
export function commandText(
  { node, command, exitCode, durationMs, stderr }: CommandRecord,
  page: Page,
  indent: string,
): string {
  const { style, width } = page;
  const ended = exitCode === null ? 'no exit code' : `exit ${exitCode}`;
  const outcome = exitCode === 0 ? style.dim(ended) : style.bad(ended);
  const first = hanging(`${indent}$ `, command, width);
  const second = `${indent}  ${outcome}${style.dim(` on ${node}, ${durationText(durationMs)}`)}`;
  const said = stderr === undefined ? [] : [hanging(`${indent}  `, stderr.trimEnd(), width)];
  return [first, second, ...said].map((line) => `${line}\n`).join('');
}
