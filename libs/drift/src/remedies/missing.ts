import { bricksPerSet } from '#domain';
import {
  byHand,
  fileCommands,
  glusterCommands,
  lvmCommands,
  vgName,
  xfsCommands,
  type NodeSettings,
  type RemoteCommand,
  type VolumeSpec,
} from '#storage-nodes';
import type { DriftKind } from '../difference.js';
import type { ExpectedBrick, ExpectedDevice, ExpectedVolume } from '../expected.js';
import type { Attributed } from '../owners/attribute.js';
import type { Site } from './site.js';
import { none, type Steps } from './steps.js';

/** How a thing that an object should have is made again. */
export function remedyOfLack(lack: Attributed, site: Site, settings: NodeSettings): Steps {
  const { device, brick, volume } = lack.of ?? {};
  if (device !== undefined) return ofDevice(lack.kind, device, settings);
  if (brick !== undefined) return ofBrick(lack, brick, site, settings);
  if (volume !== undefined) return ofVolume(lack, volume, site, settings);
  return ofPeer(lack, settings);
}

function ofDevice(kind: DriftKind, { device }: ExpectedDevice, settings: NodeSettings): Steps {
  const { deviceId, name, pvUuid } = device;
  if (kind === 'volume-group') {
    return {
      advice: 'The group and all bricks in it are gone: make it again, empty, and let the volumes heal.',
      commands: [lvmCommands.vgcreate(vgName(deviceId), name, settings)],
    };
  }
  return {
    advice:
      'The disk is gone or was wiped: plug it in again if it was pulled; else make it again, empty, and let the volumes heal.',
    commands: [
      pvUuid === '' ? lvmCommands.pvcreate(name, settings) : byHand.restorePhysicalVolume(name, pvUuid, settings),
    ],
  };
}

function ofBrick({ kind, what }: Attributed, of: ExpectedBrick, site: Site, settings: NodeSettings): Steps {
  const { names } = of;
  if (kind === 'thin-pool') {
    return none('The pool is gone, and the brick with it: it comes back with its logical volume.');
  }
  if (kind === 'logical-volume') return ofLogicalVolume(of, site, settings);
  if (kind === 'mount') return ofMount(of, site, settings);
  if (kind === 'fstab-line') {
    return {
      advice: 'The brick will not be mounted after the next boot: put the line back.',
      commands: [byHand.addFstabLine(names, settings)],
    };
  }
  if (what !== names.path) {
    return { advice: 'The mount point is gone: make it again.', commands: [fileCommands.mkdir(names.mountPoint)] };
  }
  return {
    advice: 'The data of the brick is gone: make its folder again and take it back into its volume, where it heals.',
    commands: emptyBrick(of, site, settings),
  };
}

function ofLogicalVolume({ brick, names }: ExpectedBrick, site: Site, settings: NodeSettings): Steps {
  return {
    advice: 'The brick is gone: make it again, empty; once it is mounted it is taken back into its volume, and heals.',
    commands: [
      ...(site.poolsWithoutBrick.has(brick.brickId) ? [lvmCommands.lvremove(names.vg, names.pool, settings)] : []),
      lvmCommands.lvcreate(names, brick, settings),
      xfsCommands.mkfs(names.deviceNode, false, settings),
    ],
  };
}

function ofMount(of: ExpectedBrick, site: Site, settings: NodeSettings): Steps {
  const { brick, names, volume } = of;
  const mount = fileCommands.mount(names.deviceNode, names.mountPoint, settings);
  if (site.lostBricks.has(brick.brickId)) {
    return {
      advice: 'The brick is not mounted: mount the one that was made again, and take it back into its volume.',
      commands: [mount, ...emptyBrick(of, site, settings)],
    };
  }
  const started = volume !== null && !site.lostVolumes.has(volume.volumeId);
  return {
    advice: 'The brick is not mounted: mount it, and start its brick process.',
    commands: [mount, ...(started ? [byHand.startBrickProcesses(volume.name, settings)] : [])],
  };
}

/** Copies bring the data back; where there are none the folder alone is all that can be had. */
function emptyBrick({ brick, names, volume }: ExpectedBrick, site: Site, settings: NodeSettings): RemoteCommand[] {
  const gid = volume?.gid ?? 0;
  const owner = gid > 0 ? [fileCommands.chown(gid, names.path), fileCommands.chmod(names.path)] : [];
  const heals = volume !== null && volume.durability.type !== 'none' && !site.lostVolumes.has(volume.volumeId);
  const gluster = { storageHost: site.hostOf(brick.nodeId), path: brick.path };
  return [
    fileCommands.mkdir(names.path),
    ...owner,
    ...(heals ? byHand.resetBrick(volume.name, gluster, settings) : []),
  ];
}

function ofVolume(lack: Attributed, of: ExpectedVolume, site: Site, settings: NodeSettings): Steps {
  return lack.kind === 'gluster-brick' ? ofGlusterBrick(lack, of, settings) : ofGlusterVolume(lack, of, site, settings);
}

function ofGlusterVolume(
  { holder }: Attributed,
  { volume, brickSets }: ExpectedVolume,
  site: Site,
  settings: NodeSettings,
): Steps {
  if (holder !== undefined) {
    const host = site.hostOf(holder);
    return {
      advice: 'Other nodes know the volume and this one does not: fetch what they know.',
      commands: [byHand.syncVolumes(host, settings)],
    };
  }
  const spec: VolumeSpec = {
    name: volume.name,
    volumeId: volume.volumeId,
    durability: volume.durability,
    options: volume.glusterVolumeOptions.filter((option) => option.trim() !== ''),
    brickSets: brickSets.map((set) => set.map(({ nodeId, path }) => ({ storageHost: site.hostOf(nodeId), path }))),
  };
  return {
    advice:
      'No glusterd knows the volume, but its bricks have the data: make it again over them, with its options, and start it.',
    commands: [
      byHand.volumeCreateAgain(spec, settings),
      ...glusterCommands.volumeOptions(spec).map((option) => glusterCommands.volumeSet(spec.name, option, settings)),
      glusterCommands.volumeStart(spec.name, settings),
    ],
  };
}

function ofGlusterBrick({ bricks = [] }: Attributed, { volume }: ExpectedVolume, settings: NodeSettings): Steps {
  const size = bricksPerSet(volume.durability);
  const copies = bricks.length % size === 0 ? null : size;
  return {
    advice: 'The volume has lost the brick: put it back; Gluster heals it from the other copies.',
    commands: [byHand.addBricksAgain(volume.name, bricks, copies, settings)],
  };
}

function ofPeer({ what }: Attributed, settings: NodeSettings): Steps {
  return {
    advice: 'The node is ours, and its glusterd is not in the cluster: probe it.',
    commands: [glusterCommands.peerProbe(what, settings)],
  };
}
