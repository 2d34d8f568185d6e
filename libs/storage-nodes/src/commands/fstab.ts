import type { RemoteCommand } from '../remote-executor.js';
import type { BrickNames } from './names.js';
import { SHORT_COMMAND_MS, type NodeSettings } from './settings.js';

/** Two edits of one file at a time would lose a line. */
export const LOCKED = ['flock', '-w', '60', '/run/lock/brickyard-fstab.lock'] as const;

export const readFstab = (settings: NodeSettings): RemoteCommand => ({
  argv: ['cat', settings.fstab],
  timeoutMs: SHORT_COMMAND_MS,
});

export const fstabLine = (brick: BrickNames, settings: NodeSettings): string =>
  `${brick.deviceNode} ${brick.mountPoint} xfs ${settings.mountOptions} 1 2`;

/** @param before the file as it is: a last line without an end must not grow together with ours */
export function appendFstab(brick: BrickNames, before: string, settings: NodeSettings): RemoteCommand {
  const line = `${fstabLine(brick, settings)}\n`;
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

/** Lines that mount something; comments do not count. */
export function fstabLines(content: string): readonly { readonly source: string; readonly target: string }[] {
  return content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [source = '', target = ''] = line.split(/\s+/, 2);
      return { source, target };
    });
}

/** Whether the file has a line that mounts the brick; comments do not count. */
export function fstabHas(content: string, brick: BrickNames): boolean {
  return fstabLines(content).some(({ source }) => source === brick.deviceNode);
}
