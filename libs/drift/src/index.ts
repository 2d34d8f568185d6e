export { checkDrift, isClean, type DriftReport } from './check-drift.js';
export { isDrift } from './difference.js';
