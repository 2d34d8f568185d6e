import type { ToldStep } from '#audit';
import type { Page } from '../output/output.js';
import { hanging, padded } from '../output/wrap.js';
import { commandText } from './command-text.js';

/** Which commands of steps are shown: of those that went wrong, or of all. */
export type ShownCommands = 'failed' | 'all';

const words: Readonly<Record<ToldStep['result'], string>> = {
  done: 'done',
  failed: 'failed',
  undone: 'undone',
  'not-undone': 'not undone',
};
const WIDEST_WORD = 10;

/** What became of one step, and what it ran on nodes. */
export function stepText(step: ToldStep, page: Page, shown: ShownCommands, indent: string): string {
  const { style, width } = page;
  const wrong = step.result === 'failed' || step.result === 'not-undone';
  const word = padded(words[step.result], WIDEST_WORD);
  const reason = step.reason === null ? '' : `: ${step.reason}`;
  const name = step.step.startsWith(step.phase.replace(/s$/, '')) ? step.step : `${step.phase}, ${step.step}`;
  const line = hanging(`${indent}${wrong ? style.bad(word) : style.good(word)} `, `${name}${reason}`, width);
  const commands = shown === 'all' ? step.commands : step.commands.filter(({ exitCode }) => wrong && exitCode !== 0);
  return `${line}\n${commands.map((command) => commandText(command, page, `${indent}  `)).join('')}`;
}
