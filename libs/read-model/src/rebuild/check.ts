import { brokenRules, type BrokenRule } from './rules.js';
import { differingRows, type RowDifference } from './row-differences.js';
import { withShadow, type ShadowParts } from './shadow.js';

export type Difference = RowDifference | BrokenRule;

export interface CheckReport {
  /** Empty where the read model agrees with the log and with itself. */
  readonly differences: readonly Difference[];
}

/**
 * Makes the read model a second time from the log and compares it with the live one, row by row; then checks what must hold
 * between rows. Changes nothing; writers wait while the last events are replayed and while the rows are compared.
 * @throws ShadowInUse while another rebuild or check runs
 */
export async function check(parts: ShadowParts): Promise<CheckReport> {
  return await withShadow(parts, async (tx) => ({
    differences: [...(await differingRows(tx)), ...(await brokenRules(tx))],
  }));
}
