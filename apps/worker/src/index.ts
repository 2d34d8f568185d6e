export * from './create-worker.js';
export * from './probes.js';
