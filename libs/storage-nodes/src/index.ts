export * from './remote-executor.js';
export * from './storage-nodes.js';
