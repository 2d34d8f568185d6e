import { extentsFor, freeExtents } from '../../model/volume-groups.js';
import { done, refuse, type Program } from '../program.js';
import { groupAndVolume, LVM_FAILED, lvmOptions, requireGroup, sizeKiB, unlessQuiet } from './lvm-command.js';

/** `lvextend --size n VG/LV`, of thin pools and thin LVs. */
export const lvextend: Program = ({ node }, args) => {
  const options = lvmOptions('lvextend', args, { values: ['--size', '-L'] });
  const [target = ''] = options.operands;
  const size = options.value('--size') ?? options.value('-L');
  if (size === undefined) return refuse(3, '  Please specify either size or extents.');
  const { groupName, volumeName } = groupAndVolume(target);
  const group = requireGroup(node, groupName);
  const extents = extentsFor(group, sizeKiB(size));
  const pool = group.thinPools.find(({ name }) => name === volumeName);
  const volume = group.thinVolumes.find(({ name }) => name === volumeName);
  const present = pool?.dataExtents ?? volume?.virtualExtents;
  if (present === undefined) {
    return refuse(LVM_FAILED, `  Failed to find logical volume "${groupName}/${volumeName}"`);
  }
  if (extents <= present) {
    return refuse(
      LVM_FAILED,
      `  New size given (${extents} extents) not larger than existing size (${present} extents)`,
    );
  }
  if (pool !== undefined && extents - present > freeExtents(group)) {
    return refuse(
      LVM_FAILED,
      `  Insufficient free space: ${extents - present} extents needed, but only ${freeExtents(group)} available`,
    );
  }
  group.thinPools = group.thinPools.map((each) => (each === pool ? { ...each, dataExtents: extents } : each));
  group.thinVolumes = group.thinVolumes.map((each) => (each === volume ? { ...each, virtualExtents: extents } : each));
  return done(unlessQuiet(options, `  Logical volume ${groupName}/${volumeName} successfully resized.`));
};
