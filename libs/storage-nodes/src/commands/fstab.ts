import type { RemoteCommand } from '../remote-executor.js';
import type { BrickNames } from './names.js';
import { SHORT_COMMAND_MS, type NodeSettings } from './settings.js';

/** Two edits of one file at a time would lose a line. */
const LOCKED = ['flock', '-w', '60', '/run/lock/brickyard-fstab.lock'] as const;

export const readFstab = (settings: NodeSettings): RemoteCommand => ({
  argv: ['cat', settings.fstab],
  timeoutMs: SHORT_COMMAND_MS,
});

/** @param before the file as it is: a last line without an end must not grow together with ours */
export function appendFstab(brick: BrickNames, before: string, settings: NodeSettings): RemoteCommand {
  const line = `${brick.deviceNode} ${brick.mountPoint} xfs ${settings.mountOptions} 1 2\n`;
  return {
    argv: [...LOCKED, 'tee', '-a', settings.fstab],
    stdin: before === '' || before.endsWith('\n') ? line : `\n${line}`,
    timeoutMs: SHORT_COMMAND_MS,
  };
}

export const dropFstabLine = (brick: BrickNames, settings: NodeSettings): RemoteCommand => ({
  argv: [...LOCKED, 'sed', '-i', `/${brick.lv}/d`, settings.fstab],
  timeoutMs: SHORT_COMMAND_MS,
});

/** Whether the file has a line that mounts the brick; comments do not count. */
export function fstabHas(content: string, brick: BrickNames): boolean {
  return content.split('\n').some((line) => line.trim().split(/\s+/, 1)[0] === brick.deviceNode);
}
