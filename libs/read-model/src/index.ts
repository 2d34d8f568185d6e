export * from './ledger.js';
export * from './queries.js';
