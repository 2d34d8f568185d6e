import { type Durability, isArbiterVolume } from '#domain';
import { unreachable } from '#kernel';
import {
  checkedBrickPath,
  checkedHost,
  checkedId,
  checkedVolumeName,
  parseVolumeOption,
  type VolumeOption,
} from '../guards.js';
import type { RemoteCommand } from '../remote-executor.js';
import type { GlusterBrick, VolumeSpec } from '../storage-nodes.js';
import { inventory, type NodeSettings } from './settings.js';

/** A minute more than gluster gives itself: its own words about a timeout say more than ours. */
export function gluster(settings: NodeSettings, ...argv: readonly string[]): RemoteCommand {
  const seconds = settings.glusterCliTimeoutSeconds;
  return { argv: ['gluster', '--mode=script', `--timeout=${seconds}`, ...argv], timeoutMs: (seconds + 60) * 1000 };
}

const volume = (settings: NodeSettings, verb: string, name: string, ...rest: readonly string[]): RemoteCommand =>
  gluster(settings, 'volume', verb, checkedVolumeName(name), ...rest);

/** A brick as Gluster writes it. */
export const brickText = (brick: GlusterBrick): string =>
  `${checkedHost(brick.storageHost)}:${checkedBrickPath(brick.path)}`;

export function durabilityWords({
  durability,
  options,
}: Pick<VolumeSpec, 'durability' | 'options'>): readonly string[] {
  switch (durability.type) {
    case 'none':
      return [];
    case 'replicate':
      // The third brick of an arbiter set is too small for data: Gluster must never take it for a full copy.
      return ['replica', String(durability.replica), ...(isArbiterVolume(durability, options) ? ['arbiter', '1'] : [])];
    case 'disperse':
      return ['disperse-data', String(durability.data), 'redundancy', String(durability.redundancy)];
    default:
      return unreachable(durability);
  }
}

/** Who a volume belongs to is written on it last of all. */
export const OWNER_KEY = 'user.heketi.id';
export const ownerOption = (volumeId: string): VolumeOption => ({
  key: OWNER_KEY,
  value: checkedId('volume id', volumeId),
});

/** All options of a volume in the order in which they are set. @throws DomainError */
export const volumeOptions = ({ options, volumeId }: VolumeSpec): readonly VolumeOption[] => [
  ...options.map(parseVolumeOption).filter((option) => option !== null),
  ownerOption(volumeId),
];

/** How many brick sets one command may carry: long command lines and long glusterd transactions fail together. */
export function setsPerCommand(durability: Durability): number {
  return { none: 15, replicate: 5, disperse: 1 }[durability.type];
}

export const poolList = (settings: NodeSettings): RemoteCommand => gluster(settings, 'pool', 'list', '--xml');
export const peerProbe = (host: string, settings: NodeSettings): RemoteCommand =>
  gluster(settings, 'peer', 'probe', checkedHost(host));
export const peerDetach = (host: string, settings: NodeSettings): RemoteCommand =>
  gluster(settings, 'peer', 'detach', checkedHost(host));

/** From the first brick set; the others are added. */
export const volumeCreate = (
  spec: Pick<VolumeSpec, 'name' | 'durability' | 'options'>,
  bricks: readonly GlusterBrick[],
  settings: NodeSettings,
): RemoteCommand => volume(settings, 'create', spec.name, ...durabilityWords(spec), ...bricks.map(brickText));

export const volumeAddBricks = (name: string, bricks: readonly GlusterBrick[], settings: NodeSettings): RemoteCommand =>
  volume(settings, 'add-brick', name, ...bricks.map(brickText));

/**
 * Without `replica <n>`: glusterd takes whole sets out of a distributed volume as long as a set stays, and reads a replica
 * count as the wish to have fewer copies in every set.
 */
export const volumeRemoveBricks = (
  name: string,
  bricks: readonly GlusterBrick[],
  settings: NodeSettings,
): RemoteCommand => volume(settings, 'remove-brick', name, ...bricks.map(brickText), 'force');

export const volumeSet = (name: string, option: VolumeOption, settings: NodeSettings): RemoteCommand =>
  volume(settings, 'set', name, option.key, option.value);

export const volumeStart = (name: string, settings: NodeSettings): RemoteCommand => volume(settings, 'start', name);
export const volumeStop = (name: string, settings: NodeSettings): RemoteCommand =>
  volume(settings, 'stop', name, 'force');
export const volumeDelete = (name: string, settings: NodeSettings): RemoteCommand => volume(settings, 'delete', name);
export const volumeRebalance = (name: string, settings: NodeSettings): RemoteCommand =>
  volume(settings, 'rebalance', name, 'start');
export const volumeInfo = (name: string, settings: NodeSettings): RemoteCommand =>
  volume(settings, 'info', name, '--xml');
export const allVolumes = (settings: NodeSettings): RemoteCommand =>
  inventory(gluster(settings, 'volume', 'info', 'all', '--xml'));
