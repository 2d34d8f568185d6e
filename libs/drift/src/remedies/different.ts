import { byHand, fileCommands, glusterCommands, type NodeSettings } from '#storage-nodes';
import type { ExpectedBrick, ExpectedVolume } from '../expected.js';
import type { Attributed } from '../owners/attribute.js';
import { SEVERAL } from '../compare/mounts.js';
import { none, type Steps } from './steps.js';

/** How a thing that is there, but not as it should be, is put right. */
export function remedyOfDifference(difference: Attributed, settings: NodeSettings): Steps {
  const { device, brick, volume } = difference.of ?? {};
  if (device !== undefined) return ofDevice(difference, device.device.deviceId);
  if (brick !== undefined) return ofBrick(difference, brick, settings);
  if (volume !== undefined) return ofVolume(difference, volume, settings);
  if (difference.kind === 'peer' && difference.expected === 'connected') return ofPeer(difference);
  if (difference.kind === 'marker') {
    return {
      advice:
        'Another installation of Brickyard has this node: if that one is really gone, remove its mark, else remove the node here.',
      commands: [byHand.rm(difference.what)],
    };
  }
  return none(
    'It belongs to an object that is elsewhere: find out who moved it and put it back, but do not remove it.',
  );
}

function ofDevice({ kind, what, found = '' }: Attributed, deviceId: string): Steps {
  if (kind === 'volume-group') {
    return none(
      'Somebody has put more disks into the group: move what is on them off (pvmove) and take them out (vgreduce).',
    );
  }
  return found.startsWith('physical volume')
    ? none(`The physical volume was made anew: let Brickyard look at it again (heketi-cli device resync ${deviceId}).`)
    : none(
        `${what} was given to another group: set device ${deviceId} failed and move its bricks, or put the disk back.`,
      );
}

function ofBrick({ kind, what, found = '' }: Attributed, of: ExpectedBrick, settings: NodeSettings): Steps {
  const { brick, names } = of;
  if (kind === 'thin-pool') return ofSize(what, brick.thinPoolKiB, found);
  if (kind === 'logical-volume') return ofSize(what, brick.sizeKiB, found);
  if (kind === 'fstab-line') {
    return {
      advice: 'After the next boot something else is mounted there: leave the one line that mounts the brick.',
      commands: [byHand.dropFstabTarget(what, settings), byHand.addFstabLine(names, settings)],
    };
  }
  if (kind === 'mount') {
    const [first, ...above] = found.split(SEVERAL);
    const wrong = first === names.deviceNode ? above : [first, ...above];
    return {
      advice: 'Something else than the brick, or the brick twice, is mounted there: unmount it and mount the brick.',
      commands: [
        ...wrong.map(() => fileCommands.umount(what)),
        ...(first === names.deviceNode ? [] : [fileCommands.mount(names.deviceNode, names.mountPoint, settings)]),
      ],
    };
  }
  return none('The disk does not let itself be read: see dmesg, set the device failed, and move its bricks.');
}

function ofSize(what: string, sizeKiB: number, found: string): Steps {
  return parseInt(found, 10) < sizeKiB
    ? { advice: 'It is smaller than the brick needs: extend it.', commands: [byHand.extend(what, sizeKiB)] }
    : none(
        'It has grown, or moved to another pool: resync the device, so that nobody is promised the space that it takes.',
      );
}

function ofVolume(
  { what, expected = '', found = '' }: Attributed,
  { volume }: ExpectedVolume,
  settings: NodeSettings,
): Steps {
  if (found === 'stopped') {
    return {
      advice: 'Clients cannot mount the volume: start it.',
      commands: [glusterCommands.volumeStart(what, settings)],
    };
  }
  if (!expected.startsWith('bricks')) {
    return {
      advice:
        'A volume that does not say whose it is will not be deleted by Brickyard: write it on it, if its bricks are ours.',
      commands: [glusterCommands.volumeSet(what, glusterCommands.ownerOption(volume.volumeId), settings)],
    };
  }
  return none(
    'Copies are in other sets than the read model says: do not expand or delete it before somebody has looked at it.',
  );
}

function ofPeer({ what, found }: Attributed): Steps {
  return found === 'rejected'
    ? none(
        `The glusterd of ${what} has other volumes in its books than the others: see "peer rejected" in Gluster's documentation.`,
      )
    : none(`Both glusterds run but do not reach each other: look at the network and at port 24007 of ${what}.`);
}
