import { isMounted } from '../../model/block-devices.js';
import { findVolumeGroup, groupOfDevice } from '../../model/volume-groups.js';
import { CommandRefusal, done, refuse, type Program } from '../program.js';
import { backupWarning, LVM_FAILED, lvmOptions, requireGroup, sizeKiB, unlessQuiet } from './lvm-command.js';
import { ensurePhysicalVolume, requireDevice } from './physical-volumes.js';

export const vgcreate: Program = ({ node, ids }, args) => {
  const options = lvmOptions('vgcreate', args, { values: ['--physicalextentsize', '--autobackup'] });
  const [name, ...paths] = options.operands;
  if (name === undefined || paths.length === 0) {
    return refuse(3, "  No command with matching syntax recognised.  Run 'vgcreate --help' for more information.");
  }
  if (findVolumeGroup(node, name) !== undefined) {
    return refuse(LVM_FAILED, `  A volume group called ${name} already exists.`);
  }
  const devices = paths.map((path) => requireDevice(node, path));
  for (const device of devices) {
    const owner = groupOfDevice(node, device);
    if (owner !== undefined) {
      return refuse(
        LVM_FAILED,
        `  Physical volume '${device.path}' is already in volume group '${owner.name}'`,
        `  Unable to add physical volume '${device.path}' to volume group '${owner.name}'`,
        `  ${device.path}: physical volume not initialized.`,
      );
    }
  }
  for (const device of devices) ensurePhysicalVolume(device, ids);
  const extentKiB = sizeKiB(options.value('--physicalextentsize') ?? '4M');
  node.volumeGroups.push({
    name,
    uuid: ids.lvmUuid(),
    devicePaths: devices.map(({ path }) => path),
    extentKiB,
    extentCount: devices.reduce(
      (sum, { sizeKiB: deviceKiB, physicalVolume }) =>
        sum + Math.max(0, Math.floor((deviceKiB - (physicalVolume?.dataStartKiB ?? 0)) / extentKiB)),
      0,
    ),
    spareMetadataExtents: 0,
    thinPools: [],
    thinVolumes: [],
  });
  return done(unlessQuiet(options, `  Volume group "${name}" successfully created`), backupWarning(options));
};

export const vgremove: Program = ({ node }, args) => {
  const options = lvmOptions('vgremove', args, { flags: ['-f', '-ff', '--force'], values: ['--autobackup'] });
  const [name = ''] = options.operands;
  const group = requireGroup(node, name);
  const volumes = group.thinPools.length + group.thinVolumes.length;
  const forced = options.has('-f') || options.has('-ff') || options.has('--force') || options.has('-y');
  if (volumes > 0 && !forced) {
    throw new CommandRefusal(
      LVM_FAILED,
      `Do you really want to remove volume group "${name}" containing ${volumes} logical volumes? [y/n]: [n]\n` +
        `  Volume group "${name}" not removed\n`,
    );
  }
  const mounted = group.thinVolumes.find((volume) => isMounted(node, name, volume.name));
  if (mounted !== undefined) {
    return refuse(LVM_FAILED, `  Logical volume ${name}/${mounted.name} contains a filesystem in use.`);
  }
  node.volumeGroups = node.volumeGroups.filter((each) => each !== group);
  return done(unlessQuiet(options, `  Volume group "${name}" successfully removed`), backupWarning(options));
};
