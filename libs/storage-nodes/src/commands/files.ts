import type { RemoteCommand } from '../remote-executor.js';
import { MOUNT_ROOT } from './names.js';
import { inventory, SHORT_COMMAND_MS, type NodeSettings } from './settings.js';

export function short(...argv: readonly string[]): RemoteCommand {
  return { argv, timeoutMs: SHORT_COMMAND_MS };
}

export const mkdir = (path: string): RemoteCommand => short('mkdir', '-p', path);
export const rmdir = (path: string): RemoteCommand => short('rmdir', path);
export const chown = (gid: number, path: string): RemoteCommand => short('chown', `:${gid}`, path);
/** Set-group-id: what is made in the folder belongs to the volume's group as well. */
export const chmod = (path: string): RemoteCommand => short('chmod', '2775', path);

export const findmnt = (mountPoint: string): RemoteCommand => short('findmnt', '--json', '--mountpoint', mountPoint);
/** `--list`: without it findmnt nests what is mounted below something else. */
export const allMounts = (): RemoteCommand =>
  inventory(short('findmnt', '--json', '--list', '--output', 'SOURCE,TARGET'));
/** Three levels: group, brick, and the folder in it that is Gluster's. What clients have written lies deeper. */
export const findFolders = (): RemoteCommand =>
  inventory(short('find', MOUNT_ROOT, '-mindepth', '1', '-maxdepth', '3'));
export const mount = (deviceNode: string, mountPoint: string, settings: NodeSettings): RemoteCommand =>
  short('mount', '-o', settings.mountOptions, deviceNode, mountPoint);
export const umount = (mountPoint: string): RemoteCommand => short('umount', mountPoint);

export const udevLinks = (device: string): RemoteCommand =>
  short('udevadm', 'info', '--query=symlink', `--name=${device}`);
