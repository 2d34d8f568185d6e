export * from './ledger.js';
export * from './postgres-ledger.js';
export * from './postgres-queries.js';
export * from './queries.js';
export { readModelDdl, readModelTables } from './tables.js';
