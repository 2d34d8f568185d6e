import type { Reason } from '#kernel';
import { RequestProblem } from './client/problem.js';
import { explain } from './explain.js';
import type { Page } from './output/output.js';
import { reasonTree } from './output/reason-tree.js';

/** Many a refusal has one reason, in the words of the refusal. */
function saysMore([first, ...others]: readonly Reason[], message: string): boolean {
  return first !== undefined && (others.length > 0 || first.detail !== message || first.because !== undefined);
}

/** What went wrong, why, and under which id the server knows of it. */
export function complaint(error: unknown, { width, style }: Page): string {
  const text = `${style.bad('brickyard:')} ${explain(error)}\n`;
  if (!(error instanceof RequestProblem)) return text;
  const { reasons = [], requestId } = error.problem;
  const tree = saysMore(reasons, error.message) ? reasonTree(reasons, width, '  ') : '';
  return `${text}${tree}${requestId === undefined ? '' : `  request ${requestId}\n`}`;
}
