import { RequestProblem } from './client/problem.js';
import { explain } from './explain.js';
import type { Page } from './output/output.js';
import { reasonTree } from './output/reason-tree.js';

/** What went wrong, why, and under which id the server knows of it. */
export function complaint(error: unknown, { width, style }: Page): string {
  const text = `${style.bad('brickyard:')} ${explain(error)}\n`;
  if (!(error instanceof RequestProblem)) return text;
  const { reasons = [], requestId } = error.problem;
  return `${text}${reasonTree(reasons, width, '  ')}${requestId === undefined ? '' : `  request ${requestId}\n`}`;
}
