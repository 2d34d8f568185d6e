import { findLogicalVolume, mapperPath } from '../model/block-devices.js';
import { folderExists, mountAt, normalPath } from '../model/paths.js';
import { heldByBrickProcess } from '../model/trusted-pools.js';
import type { Mount, NodeState } from '../model/world.js';
import { parseOptions } from '../shell/options.js';
import { CommandRefusal, done, refuse, type Program } from './program.js';

/** Exit code of mount(8) and umount(8) when the kernel says no. */
const MOUNT_FAILED = 32;

export const mount: Program = ({ node }, args) => {
  const options = parseOptions(args, { flags: ['-a'], values: ['-o', '-t'] });
  if (options.has('-a')) return mountAll(node);
  const [source, target] = options.operands;
  if (source === undefined) return done(node.mounts.map(describe).join(''));
  if (target === undefined) return refuse(1, `mount: ${source}: can't find in /etc/fstab.`);
  attach(node, source, target, options.value('-o') ?? 'rw');
  return done();
};

/** Mounts what fstab names and is not mounted yet; used by `mount -a` and at boot. */
export function mountAll(node: NodeState): ReturnType<Program> {
  const failures: string[] = [];
  for (const line of (node.files['/etc/fstab'] ?? '').split('\n')) {
    const [source = '#', target = '', type = '', options = ''] = line.trim().split(/\s+/);
    if (source.startsWith('#') || target === '/' || type !== 'xfs' || mountAt(node, target) !== undefined) continue;
    try {
      attach(node, source, target, options);
    } catch (error) {
      if (!(error instanceof CommandRefusal)) throw error;
      failures.push(error.stderr);
    }
  }
  return { exitCode: failures.length === 0 ? 0 : MOUNT_FAILED, stdout: '', stderr: failures.join('') };
}

function attach(node: NodeState, source: string, target: string, options: string): void {
  const at = normalPath(target);
  if (!folderExists(node, at)) refuseMount(`${target}: mount point does not exist.`);
  const found = findLogicalVolume(node, source);
  if (found === undefined) return refuseMount(`${target}: special device ${source} does not exist.`);
  if (found.volume.filesystem?.kind !== 'xfs') {
    refuseMount(
      `${target}: wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error.`,
    );
  }
  const device = mapperPath(found.group.name, found.volume.name);
  const already = node.mounts.find((mounted) => mounted.source === device && mounted.target === at);
  if (already !== undefined) refuseMount(`${target}: ${source} already mounted on ${at}.`);
  node.mounts.push({ source: device, target: at, options });
}

function refuseMount(why: string): never {
  return refuse(
    MOUNT_FAILED,
    `mount: ${why}`,
    '       dmesg(1) may have more information after failed mount system call.',
  );
}

export const umount: Program = ({ node, world }, args) => {
  const [target = ''] = parseOptions(args, { flags: ['-l', '-f'] }).operands;
  const mounted = mountAt(node, target);
  if (mounted === undefined) {
    const known = folderExists(node, target);
    return refuse(MOUNT_FAILED, `umount: ${target}: ${known ? 'not mounted' : 'no mount point specified'}.`);
  }
  const nested = node.mounts.some((other) => other.target.startsWith(`${mounted.target}/`));
  // a brick process uses what was there before anything was mounted over it
  const covers = node.mounts.some((other) => other !== mounted && other.target === mounted.target);
  if (nested || (!covers && heldByBrickProcess(world, node, mounted.target))) {
    return refuse(MOUNT_FAILED, `umount: ${target}: target is busy.`);
  }
  node.mounts = node.mounts.filter((other) => other !== mounted);
  return done();
};

const COLUMNS = ['target', 'source', 'fstype', 'options'] as const;

export const findmnt: Program = ({ node }, args) => {
  const options = parseOptions(args, {
    flags: ['--json', '-J', '--list', '-l'],
    values: ['--mountpoint', '-M', '--output', '-o'],
  });
  const target = options.value('--mountpoint') ?? options.value('-M');
  const found = target === undefined ? node.mounts : [mountAt(node, target)].filter((each) => each !== undefined);
  if (found.length === 0 && target !== undefined) return { exitCode: 1, stdout: '', stderr: '' };
  const wanted = (options.value('--output') ?? options.value('-o'))?.toLowerCase().split(',') ?? COLUMNS;
  // a node without bricks still has its root
  const all = target === undefined ? [{ source: '/dev/vda1', target: '/', options: 'rw' }, ...found] : found;
  const filesystems = all.map((each) => {
    const row: Readonly<Record<string, string>> = { ...each, fstype: each.target === '/' ? 'ext4' : 'xfs' };
    return Object.fromEntries(wanted.map((column) => [column, row[column] ?? refuseColumn(column)]));
  });
  return done(`${JSON.stringify({ filesystems }, null, 3)}\n`);
};

function refuseColumn(column: string): never {
  return refuse(1, `findmnt: unknown column: ${column.toUpperCase()}`);
}

function describe({ source, target, options }: Mount): string {
  return `${source} on ${target} type xfs (${options})\n`;
}
