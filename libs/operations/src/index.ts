export * from './accept-operation.js';
export * from './leases/leases.js';
export * from './leases/postgres-leases.js';
export * from './queue/operation-queue.js';
export * from './state-changes.js';
export * from './workflows/workflow.js';
