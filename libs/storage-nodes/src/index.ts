export * from './remote-executor.js';
export * from './ssh/ssh-executor.js';
export * from './storage-nodes.js';
export type { SshOptions } from './ssh/options.js';
