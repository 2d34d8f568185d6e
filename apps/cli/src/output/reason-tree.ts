import type { Reason } from '#kernel';
import { hanging } from './wrap.js';

/** Why something was refused, what was below each reason indented below it. What would help comes first: the rest can be long. */
export function reasonTree(reasons: readonly Reason[], width: number, indent = ''): string {
  return [...reasons.filter(isRemedy), ...reasons.filter((reason) => !isRemedy(reason))]
    .map(({ rule, detail, because = [] }) => {
      const own = `${hanging(`${indent}- `, `${detail} [${rule}]`, width)}\n`;
      return own + reasonTree(because, width, `${indent}  `);
    })
    .join('');
}

function isRemedy({ rule }: Reason): boolean {
  return rule === 'remedy';
}
