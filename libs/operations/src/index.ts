export * from './leases.js';
export * from './operation-queue.js';
export * from './workflow.js';
