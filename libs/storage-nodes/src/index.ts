export { defaultNodeSettings, type NodeSettings } from './commands/settings.js';
export { MockStorageNodes } from './mock/mock-storage-nodes.js';
export { GlusterStorageNodes, type GlusterStorageNodesOptions } from './nodes/gluster-storage-nodes.js';
export type * from './remote-executor.js';
export { readHostKey } from './ssh/host-key.js';
export type { SshOptions } from './ssh/options.js';
export { SshExecutor } from './ssh/ssh-executor.js';
export * from './storage-nodes.js';
