import {
  byHand,
  fileCommands,
  glusterCommands,
  lvmCommands,
  type NodeSettings,
  type RemoteCommand,
} from '#storage-nodes';
import type { DriftKind } from '../difference.js';
import type { Attributed } from '../owners/attribute.js';
import { none, type Steps } from './steps.js';

type Take = (leak: Attributed, settings: NodeSettings) => readonly RemoteCommand[];

function split(name: string): readonly [string, string] {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}

const lvremove: Take = ({ what }, settings) => [lvmCommands.lvremove(...split(what), settings)];

const takes: Readonly<Record<DriftKind, Take>> = {
  peer: ({ what }, settings) => [glusterCommands.peerDetach(what, settings)],
  'physical-volume': ({ what }) => [lvmCommands.pvremove(what)],
  'volume-group': ({ what }) => [lvmCommands.vgremove(what)],
  'thin-pool': lvremove,
  'logical-volume': lvremove,
  'fstab-line': ({ what }, settings) => [byHand.dropFstabTarget(what, settings)],
  folder: ({ what }) => [fileCommands.rmdir(what)],
  mount: ({ what }) => [fileCommands.umount(what)],
  'gluster-volume': ({ what }, settings) => [
    glusterCommands.volumeStop(what, settings),
    glusterCommands.volumeDelete(what, settings),
  ],
  marker: ({ what }) => [byHand.rm(what)],
  'gluster-brick': ({ of, bricks = [] }, settings) =>
    (['start', 'status', 'commit'] as const).map((step) =>
      byHand.removeBricks(of?.volume?.volume.name ?? '', bricks, step, settings),
    ),
};

const advice: Readonly<Record<DriftKind, string>> = {
  marker: 'The node does not belong to us.',
  peer: 'No node of the cluster has this name any more: detach it.',
  'physical-volume': 'The device is not ours any more: take the physical volume off it.',
  'volume-group': 'The device is not ours any more: remove its group.',
  'thin-pool': 'Nothing uses the pool any more: remove it, and its space is free again.',
  'logical-volume': 'The volume of this brick is gone: remove what is left of it, once nobody wants the data.',
  'fstab-line':
    'Nothing is to be mounted there any more: drop the line, or the next boot waits for a device that is gone.',
  folder:
    'Nothing is to be mounted there any more: remove the folder; if it is not empty, somebody has written into it.',
  mount: 'Nothing is to be mounted there any more: unmount it; if it is busy, look for who still uses it.',
  'gluster-volume': 'The volume was deleted: stop it and delete it here too; its bricks are listed apart.',
  'gluster-brick':
    'The brick is in the volume and not in the read model: move its data off and take it out; commit once the status says completed.',
};

/** How a thing whose object is gone is removed. What nobody has ever deleted is not to be removed by a command from here. */
export function remedyOfLeak(leak: Attributed, settings: NodeSettings): Steps {
  if (leak.owner === null) {
    return none(
      'The log has never had it: it was made after the backup that this database was restored from, or by another ' +
        'control plane, and may hold data that is wanted; find out whose it is before anything is removed.',
    );
  }
  return { advice: advice[leak.kind], commands: takes[leak.kind](leak, settings) };
}
