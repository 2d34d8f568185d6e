import { isMounted } from '../../model/block-devices.js';
import { dropThinPool } from '../../model/volume-groups.js';
import { CommandRefusal, done, refuse, type Program } from '../program.js';
import { backupWarning, groupAndVolume, LVM_FAILED, lvmOptions, requireGroup } from './lvm-command.js';

/** Removing a pool with `-f` removes the thin LVs in it: LVM does not ask then. */
export const lvremove: Program = ({ node }, args) => {
  const options = lvmOptions('lvremove', args, { flags: ['-f', '--force'], values: ['--autobackup'] });
  const [target = ''] = options.operands;
  const { groupName, volumeName } = groupAndVolume(target);
  const group = requireGroup(node, groupName);
  const isPool = group.thinPools.some((pool) => pool.name === volumeName);
  const doomed = group.thinVolumes.filter(({ name, poolName }) => (isPool ? poolName : name) === volumeName);
  if (!isPool && doomed.length === 0) {
    return refuse(LVM_FAILED, `  Failed to find logical volume "${groupName}/${volumeName}"`);
  }
  const busy = doomed.find(({ name }) => isMounted(node, groupName, name));
  if (busy !== undefined) {
    return refuse(LVM_FAILED, `  Logical volume ${groupName}/${busy.name} contains a filesystem in use.`);
  }
  if (!(options.has('-f') || options.has('--force') || options.has('-y'))) {
    throw new CommandRefusal(
      LVM_FAILED,
      `Do you really want to remove active logical volume ${groupName}/${volumeName}? [y/n]: [n]\n` +
        `  Logical volume ${groupName}/${volumeName} not removed.\n`,
    );
  }
  if (isPool) dropThinPool(group, volumeName);
  else group.thinVolumes = group.thinVolumes.filter((volume) => !doomed.includes(volume));
  const removed = isPool ? [...doomed.map(({ name }) => name), volumeName] : [volumeName];
  const report = removed.map((name) => `  Logical volume "${name}" successfully removed.\n`).join('');
  return done(options.has('-qq') ? '' : report, backupWarning(options));
};
