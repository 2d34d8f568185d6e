import type { RemoteCommand } from '../remote-executor.js';
import { BRICK_COMMAND_MS, SHORT_COMMAND_MS, type NodeSettings } from './settings.js';

export const blkid = (deviceNode: string): RemoteCommand => ({
  argv: ['blkid', '-p', '-o', 'value', '-s', 'TYPE', deviceNode],
  timeoutMs: SHORT_COMMAND_MS,
});

/**
 * 512-byte inodes hold Gluster's extended attributes, 8 KiB directory blocks its large folders.
 * @param replace write over a filesystem that was left half made
 */
export function mkfs(deviceNode: string, replace: boolean, settings: NodeSettings): RemoteCommand {
  const { xfsSu, xfsSw } = settings;
  const stripe = xfsSu > 0 && xfsSw > 0 ? ['-d', `su=${xfsSu},sw=${xfsSw}`] : [];
  return {
    argv: ['mkfs.xfs', ...(replace ? ['-f'] : []), '-i', 'size=512', ...stripe, '-n', 'size=8192', deviceNode],
    timeoutMs: BRICK_COMMAND_MS,
  };
}
