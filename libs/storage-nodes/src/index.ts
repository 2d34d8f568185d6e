export * as byHand from './commands/by-hand.js';
export * as fileCommands from './commands/files.js';
export * as glusterCommands from './commands/gluster.js';
export * as lvmCommands from './commands/lvm.js';
export * as xfsCommands from './commands/xfs.js';
export {
  brickIdOfLv,
  brickIdOfPool,
  brickNames,
  deviceIdOfVg,
  deviceMountFolder,
  MOUNT_ROOT,
  vgName,
  type BrickNames,
} from './commands/names.js';
export { addressOf } from './address.js';
export { OWNER_KEY } from './commands/gluster.js';
export { defaultNodeSettings, type NodeSettings } from './commands/settings.js';
export { FencedExecutor, type FenceOptions } from './fence/fenced-executor.js';
export { fenceScript, type FenceScript } from './fence/fence-script.js';
export type { NodeCondition, NodeHealth } from './health/node-health.js';
export { MockStorageNodes } from './mock/mock-storage-nodes.js';
export type {
  FoundLogicalVolume,
  FoundPeer,
  FoundPhysicalVolume,
  FoundThinPool,
  GlusterSight,
  NodeInventory,
} from './node-inventory.js';
export { GlusterStorageNodes, type GlusterStorageNodesOptions } from './nodes/gluster-storage-nodes.js';
export type * from './remote-executor.js';
export { shellLine } from './quote.js';
export { INSTALLATION_MARKER } from './fence/fence-script.js';
export { readHostKey } from './ssh/host-key.js';
export type { SshOptions } from './ssh/options.js';
export { SshExecutor } from './ssh/ssh-executor.js';
export * from './storage-nodes.js';
