export * from './ledger.js';
export * from './postgres-ledger.js';
export * from './postgres-queries.js';
export * from './queries.js';
export { check, type CheckReport, type Difference } from './rebuild/check.js';
export { rebuild } from './rebuild/rebuild.js';
export { ShadowInUse, type ShadowParts } from './rebuild/shadow.js';
export { laneDdl, operationListIndexes, readModelDdl, readModelTables } from './tables.js';
