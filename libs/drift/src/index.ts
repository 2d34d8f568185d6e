export { checkDrift, isClean, type DriftReport } from './check-drift.js';
export { isDrift, type Difference, type OperationReference, type Owner } from './difference.js';
export type { DriftScope } from './parts.js';
