import type { Reason } from '#kernel';
import { hanging } from './wrap.js';

/** Why something was refused, what was below each reason indented below it. */
export function reasonTree(reasons: readonly Reason[], width: number, indent = ''): string {
  return reasons
    .map(({ rule, detail, because = [] }) => {
      const own = `${hanging(`${indent}- `, `${detail} [${rule}]`, width)}\n`;
      return own + reasonTree(because, width, `${indent}  `);
    })
    .join('');
}
