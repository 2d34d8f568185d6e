export * from './seals/anchor.js';
export * from './seals/seal-key.js';
export * from './seals/seal-lag.js';
export { readAnchors } from './seals/seal-rows.js';
export * from './seals/sealer.js';
export { problems, type Finding, type Problem } from './seals/verify/finding.js';
export * from './seals/verify/postgres-sealed-log.js';
export * from './seals/verify/verify-log.js';
