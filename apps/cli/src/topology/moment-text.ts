import type { Page } from '../output/output.js';
import { hanging } from '../output/wrap.js';
import type { Moment } from './topology-answers.js';

/** Which moment was answered: that of the last event up to the one that was asked for. */
export function momentText(name: string, { time, position }: Moment, page: Page): string {
  return `${hanging(`${page.style.dim(name.padEnd(5))}  `, `${page.time(time)}, the last event up to then: ${position}`, page.width)}\n`;
}
