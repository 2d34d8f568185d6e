import { findDevice, findLogicalVolume } from '../model/block-devices.js';
import { groupOfDevice } from '../model/volume-groups.js';
import { parseOptions } from '../shell/options.js';
import { done, refuse, type Program } from './program.js';

export const mkfsXfs: Program = ({ node, minimumXfsKiB, interrupted }, args) => {
  const options = parseOptions(args, { flags: ['-f'], values: ['-i', '-n', '-d', '-L'] });
  const [path = ''] = options.operands;
  const target = findLogicalVolume(node, path);
  if (target === undefined) {
    const device = findDevice(node, path);
    if (device === undefined) return refuse(1, `${path}: No such file or directory`);
    return refuse(1, `mkfs.xfs: cannot open ${path}: Device or resource busy`);
  }
  const { group, volume } = target;
  if (node.mounts.some((mount) => mount.source === path)) {
    return refuse(1, `mkfs.xfs: ${path} contains a mounted filesystem`);
  }
  if (volume.filesystem !== null && !options.has('-f')) {
    return refuse(
      1,
      `mkfs.xfs: ${path} appears to contain an existing filesystem (xfs).`,
      'mkfs.xfs: Use the -f option to force overwrite.',
    );
  }
  const sizeKiB = volume.virtualExtents * group.extentKiB;
  if (sizeKiB < minimumXfsKiB) {
    return refuse(1, `Filesystem must be larger than ${Math.floor(minimumXfsKiB / 1024)}MB.`);
  }
  volume.filesystem = { kind: interrupted ? 'half-made' : 'xfs', folders: [] };
  return done(geometry(path, Math.floor(sizeKiB / 4)));
};

/** What the two lines that people look at say: where, and how many blocks. */
function geometry(path: string, blocks: number): string {
  return (
    `meta-data=${path} isize=512    agcount=8, agsize=${Math.ceil(blocks / 8)} blks\n` +
    `data     =                       bsize=4096   blocks=${blocks}, imaxpct=25\n`
  );
}

/** `blkid -p -o value -s TYPE DEV`: exit 2 where nothing is recognised. */
export const blkid: Program = ({ node }, args) => {
  const options = parseOptions(args, { flags: ['-p'], values: ['-o', '-s'] });
  const [path = ''] = options.operands;
  const volume = findLogicalVolume(node, path)?.volume;
  const nothing = { exitCode: 2, stdout: '', stderr: '' };
  if (volume !== undefined) return volume.filesystem === null ? nothing : done('xfs\n');
  const device = findDevice(node, path);
  if (device === undefined) return nothing; // with -p it says nothing of a path that is not there either
  const type = device.physicalVolume === null ? device.signature : 'LVM2_member';
  return type === null ? nothing : done(`${type}\n`);
};

export const wipefs: Program = ({ node }, args) => {
  const options = parseOptions(args, { flags: ['--all', '-a', '--force', '-f'] });
  const [path = ''] = options.operands;
  const device = findDevice(node, path);
  if (device === undefined) {
    return refuse(1, `wipefs: error: ${path}: probing initialization failed: No such file or directory`);
  }
  const group = groupOfDevice(node, device);
  if (group !== undefined && group.thinPools.length > 0) {
    return refuse(1, `wipefs: error: ${path}: probing initialization failed: Device or resource busy`);
  }
  const erased =
    device.physicalVolume !== null
      ? `${path}: 8 bytes were erased at offset 0x00000218 (LVM2_member): 4c 56 4d 32 20 30 30 31\n`
      : device.signature !== null
        ? `${path}: bytes of the magic string were erased (${device.signature})\n`
        : '';
  if (!(options.has('--all') || options.has('-a'))) return done();
  device.physicalVolume = null;
  device.signature = null;
  node.volumeGroups = node.volumeGroups.filter((each) => each !== group);
  return done(erased);
};
