import { addThinPool, extentsFor, freeExtents, hasLogicalVolume, spareGrowth } from '../../model/volume-groups.js';
import type { ThinPool, VolumeGroup } from '../../model/world.js';
import { done, refuse, type Program } from '../program.js';
import {
  backupWarning,
  groupAndVolume,
  LVM_FAILED,
  lvmOptions,
  requireGroup,
  sizeKiB,
  unlessQuiet,
} from './lvm-command.js';

/** Bounds of a thin pool's metadata in lvmthin(7). */
const SMALLEST_METADATA_KIB = 2 * 1024;
const LARGEST_METADATA_KIB = 16 * 1024 ** 2;

/** `lvcreate --size n --thin VG/POOL --virtualsize n --name LV` makes both; without `--size` the pool must be there. */
export const lvcreate: Program = ({ node, interrupted }, args) => {
  const options = lvmOptions('lvcreate', args, {
    flags: ['--thin', '-T'],
    values: [
      '--autobackup',
      '--poolmetadatasize',
      '--chunksize',
      '--size',
      '-L',
      '--virtualsize',
      '-V',
      '--name',
      '-n',
    ],
  });
  const [target = ''] = options.operands;
  const { groupName, volumeName: poolName } = groupAndVolume(target);
  const name = options.value('--name') ?? options.value('-n');
  const size = options.value('--size') ?? options.value('-L');
  const virtualSize = options.value('--virtualsize') ?? options.value('-V');
  if (!(options.has('--thin') || options.has('-T')) || name === undefined || virtualSize === undefined) {
    return refuse(3, "  No command with matching syntax recognised.  Run 'lvcreate --help' for more information.");
  }
  const group = requireGroup(node, groupName);
  if (size !== undefined && hasLogicalVolume(group, poolName)) {
    return refuse(LVM_FAILED, `  Logical volume ${poolName} already exists in Volume group ${group.name}.`);
  }
  refuseTaken(group, name);
  if (size !== undefined) {
    const pool = newPool(group, poolName, sizeKiB(size), sizeKiB(options.value('--poolmetadatasize') ?? '2M'));
    refuseWithoutSpace(group, pool);
    addThinPool(group, pool);
    if (interrupted) return done('', backupWarning(options));
  } else if (!group.thinPools.some((pool) => pool.name === poolName)) {
    return refuse(LVM_FAILED, `  Thin pool ${groupName}/${poolName} not found.`);
  }
  const virtualExtents = extentsFor(group, sizeKiB(virtualSize));
  group.thinVolumes.push({ name, poolName, virtualExtents, filesystem: null });
  return done(unlessQuiet(options, `  Logical volume "${name}" created.`), backupWarning(options));
};

function refuseTaken(group: VolumeGroup, name: string): void {
  if (hasLogicalVolume(group, name)) {
    refuse(LVM_FAILED, `  Logical Volume "${name}" already exists in volume group "${group.name}"`);
  }
}

function newPool(group: VolumeGroup, name: string, dataKiB: number, metadataKiB: number): ThinPool {
  const bounded = Math.min(Math.max(metadataKiB, SMALLEST_METADATA_KIB), LARGEST_METADATA_KIB);
  return { name, dataExtents: extentsFor(group, dataKiB), metadataExtents: extentsFor(group, bounded) };
}

/** LVM first compares the data alone, then what it allocates for data, metadata and spare together. */
function refuseWithoutSpace(group: VolumeGroup, pool: ThinPool): void {
  const free = freeExtents(group);
  const needed = pool.dataExtents + pool.metadataExtents + spareGrowth(group, pool.metadataExtents);
  if (needed <= free) return;
  const required = pool.dataExtents > free ? pool.dataExtents : needed;
  refuse(
    LVM_FAILED,
    `  Volume group "${group.name}" has insufficient free space (${free} extents): ${required} required.`,
  );
}
