import { chmod, chown, findmnt, mkdir, mount } from '../commands/files.js';
import { appendFstab, fstabHas, readFstab } from '../commands/fstab.js';
import { lvcreate, lvremove, lvs } from '../commands/lvm.js';
import { brickNames, type BrickNames } from '../commands/names.js';
import type { NodeSettings } from '../commands/settings.js';
import { blkid, mkfs } from '../commands/xfs.js';
import { checkedSize } from '../guards.js';
import { mountedSource } from '../parsers/host-texts.js';
import { parseLvs } from '../parsers/lvm-report.js';
import { NodeCommandError, type BrickSpec } from '../storage-nodes.js';
import { DomainError } from '#kernel';
import type { NodeCommands } from './node-commands.js';

/** How far a brick has come. */
interface Progress {
  readonly lv: boolean;
  /** blkid found something, be it half a filesystem. */
  readonly filesystem: boolean;
  readonly mounted: boolean;
}

const NOTHING: Progress = { lv: false, filesystem: false, mounted: false };

/** The names of a brick whose path is the one that they lead to. @throws DomainError */
export function ownedNames(brick: {
  readonly brickId: string;
  readonly deviceId: string;
  readonly path: string;
}): BrickNames {
  const names = brickNames(brick);
  if (brick.path !== names.path) {
    throw new DomainError('invalid', `brick ${brick.brickId} belongs at ${names.path}, not at ${brick.path}`);
  }
  return names;
}

/**
 * LV, filesystem, fstab line, mount, in this order: a brick without its fstab line was never mounted, so a filesystem on it
 * is at most half made and may be made again.
 */
export async function ensureBrick(
  commands: NodeCommands,
  brick: BrickSpec,
  fresh: boolean,
  settings: NodeSettings,
): Promise<void> {
  const names = ownedNames(brick);
  const progress = fresh ? NOTHING : await look(commands, names, settings);
  if (!progress.lv) {
    checkedSize('brick size', brick.sizeKiB);
    checkedSize('thin pool size', brick.thinPoolKiB);
    checkedSize('pool metadata size', brick.poolMetadataKiB);
    await commands.expect(lvcreate(names, brick, settings));
  }
  const fstab = (await commands.expect(readFstab(settings))).stdout;
  const listed = fstabHas(fstab, names);
  if (!progress.mounted && !listed) {
    await commands.expect(mkfs(names.deviceNode, progress.filesystem, settings));
  }
  if (!listed) {
    await commands.expect(appendFstab(names, fstab, settings));
  }
  if (!progress.mounted) {
    await commands.expect(mkdir(names.mountPoint));
    await commands.expect(mount(names.deviceNode, names.mountPoint, settings));
  }
  await commands.expect(mkdir(names.path));
  if (brick.gid > 0) {
    await commands.expect(chown(checkedSize('gid', brick.gid), names.path));
    await commands.expect(chmod(names.path));
  }
}

async function look(commands: NodeCommands, names: BrickNames, settings: NodeSettings): Promise<Progress> {
  const volumes = parseLvs((await commands.expect(lvs(names.vg))).stdout);
  if (!volumes.some((volume) => volume.name === names.lv)) {
    // one command makes both; a pool alone is what a crash in the middle of it leaves
    if (volumes.some((volume) => volume.name === names.pool)) {
      await commands.expect(lvremove(names.vg, names.pool, settings));
    }
    return NOTHING;
  }
  return {
    lv: true,
    filesystem: await hasFilesystem(commands, names),
    mounted: await isMounted(commands, names),
  };
}

async function hasFilesystem(commands: NodeCommands, names: BrickNames): Promise<boolean> {
  const NOTHING_FOUND = 2;
  const command = blkid(names.deviceNode);
  const result = await commands.run(command);
  if (result.exitCode !== 0 && result.exitCode !== NOTHING_FOUND) {
    throw commands.refused(command, result);
  }
  return result.exitCode === 0;
}

async function isMounted(commands: NodeCommands, names: BrickNames): Promise<boolean> {
  const command = findmnt(names.mountPoint);
  const result = await commands.run(command);
  const source = result.exitCode === 0 ? mountedSource(result.stdout) : null;
  if (source !== null && source !== names.deviceNode) {
    const text = `${names.mountPoint} is taken: ${source} is mounted there`;
    throw new NodeCommandError(text, commands.node.manageHost, command.argv.join(' '), result.exitCode);
  }
  return source !== null;
}
