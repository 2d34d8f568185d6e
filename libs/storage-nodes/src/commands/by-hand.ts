import { checkedBrickPath, checkedDevicePath, checkedPvUuid, checkedVolumeName } from '../guards.js';
import type { RemoteCommand } from '../remote-executor.js';
import type { GlusterBrick, VolumeSpec } from '../storage-nodes.js';
import { fstabLine, LOCKED } from './fstab.js';
import { brickText, durabilityWords, gluster } from './gluster.js';
import { lvm } from './lvm.js';
import type { BrickNames } from './names.js';
import { SHORT_COMMAND_MS, type NodeSettings } from './settings.js';

/** Commands that Brickyard does not run itself, but names to administrators who put a node right by hand. */

/** As it was: the read model, and LVM's links in /dev, go by the UUID. */
export const restorePhysicalVolume = (device: string, uuid: string, settings: NodeSettings): RemoteCommand =>
  lvm(
    'pvcreate',
    '-qq',
    '--metadatasize=128M',
    `--dataalignment=${settings.pvDataAlignment}`,
    '--norestorefile',
    '--uuid',
    checkedPvUuid(uuid),
    checkedDevicePath(device),
  );

export const extend = (name: string, sizeKiB: number): RemoteCommand =>
  lvm('lvextend', '-qq', '--size', `${sizeKiB}K`, name);

function editFstab(script: string, settings: NodeSettings): RemoteCommand {
  return { argv: [...LOCKED, 'sed', '-i', script, settings.fstab], timeoutMs: SHORT_COMMAND_MS };
}

const SPECIAL = /[/.*[\]^$\\]/g;

/** All lines that mount on this folder, and no other: `brick_1` must not take `brick_10` with it. */
export const dropFstabTarget = (target: string, settings: NodeSettings): RemoteCommand =>
  editFstab(`/\\s${target.replace(SPECIAL, '\\$&')}\\s/d`, settings);

/** A line at the end of the file. */
export const addFstabLine = (brick: BrickNames, settings: NodeSettings): RemoteCommand =>
  editFstab(`$a ${fstabLine(brick, settings)}`, settings);

/** Over bricks that carry the mark of the volume that they were in: only with `force` Gluster takes them. */
export const volumeCreateAgain = (spec: VolumeSpec, settings: NodeSettings): RemoteCommand =>
  gluster(
    settings,
    'volume',
    'create',
    checkedVolumeName(spec.name),
    ...durabilityWords(spec),
    ...spec.brickSets.flat().map(brickText),
    'force',
  );

/** @param copies where single bricks of a replicated volume come back, how many copies it is to have with them */
export const addBricksAgain = (
  name: string,
  bricks: readonly GlusterBrick[],
  copies: number | null,
  settings: NodeSettings,
): RemoteCommand =>
  gluster(
    settings,
    'volume',
    'add-brick',
    checkedVolumeName(name),
    ...(copies === null ? [] : ['replica', String(copies)]),
    ...bricks.map(brickText),
    'force',
  );

/** Moves the data off the bricks first: `start`, `status` until it says completed, `commit`. */
export const removeBricks = (
  name: string,
  bricks: readonly GlusterBrick[],
  step: 'start' | 'status' | 'commit',
  settings: NodeSettings,
): RemoteCommand =>
  gluster(settings, 'volume', 'remove-brick', checkedVolumeName(name), ...bricks.map(brickText), step);

/** Takes a brick whose data is gone back into its volume, where it heals from the other copies. */
export function resetBrick(name: string, brick: GlusterBrick, settings: NodeSettings): readonly RemoteCommand[] {
  const text = brickText({ ...brick, path: checkedBrickPath(brick.path) });
  const words = ['volume', 'reset-brick', checkedVolumeName(name), text];
  return [gluster(settings, ...words, 'start'), gluster(settings, ...words, text, 'commit', 'force')];
}

export const rm = (path: string): RemoteCommand => ({ argv: ['rm', path], timeoutMs: SHORT_COMMAND_MS });

/** Starts the brick processes that are not running. */
export const startBrickProcesses = (name: string, settings: NodeSettings): RemoteCommand =>
  gluster(settings, 'volume', 'start', checkedVolumeName(name), 'force');

/** Fetches the volumes that this glusterd does not know from one that does. */
export const syncVolumes = (host: string, settings: NodeSettings): RemoteCommand =>
  gluster(settings, 'volume', 'sync', host, 'all');
