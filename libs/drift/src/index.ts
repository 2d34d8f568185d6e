export { checkDrift, isClean, type DriftReport } from './check-drift.js';
export { isDrift, type Difference } from './difference.js';
