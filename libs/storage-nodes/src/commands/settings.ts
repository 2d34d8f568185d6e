import type { RemoteCommand } from '../remote-executor.js';

/** What a site may choose about the commands; the names are those of Heketi's executor settings. */
export interface NodeSettings {
  readonly fstab: string;
  readonly mountOptions: string;
  readonly backupLvmMetadata: boolean;
  readonly pvDataAlignment: string;
  readonly vgPhysicalExtentSize: string;
  readonly lvChunkSize: string;
  /** Stripe width and unit for XFS; both 0: leave them to mkfs. */
  readonly xfsSw: number;
  readonly xfsSu: number;
  readonly glusterCliTimeoutSeconds: number;
}

export const defaultNodeSettings: NodeSettings = {
  fstab: '/etc/fstab',
  mountOptions: 'rw,inode64,noatime,nouuid',
  backupLvmMetadata: false,
  pvDataAlignment: '256K',
  vgPhysicalExtentSize: '4M',
  lvChunkSize: '256K',
  xfsSw: 0,
  xfsSu: 0,
  glusterCliTimeoutSeconds: 600,
};

/** Heketi's limits: five minutes for small LVM and mount work, ten where a whole brick is made. */
export const SHORT_COMMAND_MS = 5 * 60_000;
export const BRICK_COMMAND_MS = 10 * 60_000;

/** A thousand volumes of three bricks are three megabytes of XML, the bricks of a full node a few hundred kilobytes of JSON. */
const INVENTORY_BYTES = 64 * 1024 ** 2;

/** A command whose answer is about everything on a node, and so as long as there are things. */
export const inventory = (command: RemoteCommand): RemoteCommand => ({ ...command, maxOutputBytes: INVENTORY_BYTES });
