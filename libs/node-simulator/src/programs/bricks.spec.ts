import { describe, expect, it } from 'vitest';
import { Bench, brickLines, brickPath, createVolumeLine, GROUP_LINES } from '../testing/bench.js';
import { mountAll } from './mounts.js';

const DEV = '/dev/mapper/vg_d-brick_a';
const MNT = brickPath('a');

function withVolume(): Bench {
  const bench = new Bench();
  bench.ok([...GROUP_LINES, createVolumeLine('a')]);
  return bench;
}

function withBrick(): Bench {
  const bench = new Bench();
  bench.ok([...GROUP_LINES, ...brickLines('a')]);
  return bench;
}

/** mount(8) of Debian 12 adds this to whatever it says. */
const mountRefused = (stderr: string) =>
  refused(32, `mount: ${stderr}\n       dmesg(1) may have more information after failed mount system call.`);
const refused = (exitCode: number, stderr: string) => ({ exitCode, stdout: '', stderr: `${stderr}\n` });

describe('filesystems', () => {
  it('makes XFS once, and again only with -f', () => {
    const bench = withVolume();
    expect(bench.run(`blkid -p -o value -s TYPE ${DEV}`).exitCode).toBe(2);
    bench.ok([`mkfs.xfs -i size=512 -n size=8192 ${DEV}`]);
    expect(bench.run(`blkid -p -o value -s TYPE ${DEV}`).stdout).toBe('xfs\n');
    expect(bench.run(`mkfs.xfs -i size=512 ${DEV}`)).toEqual(
      refused(
        1,
        `mkfs.xfs: ${DEV} appears to contain an existing filesystem (xfs).\nmkfs.xfs: Use the -f option to force overwrite.`,
      ),
    );
    bench.ok([`mkfs.xfs -f -i size=512 ${DEV}`]);
  });

  it('leaves a filesystem that blkid sees and mount does not take when it is interrupted', () => {
    const bench = withVolume();
    bench.run(`mkfs.xfs ${DEV}`, { interrupted: true });
    bench.ok([`mkdir -p ${MNT}`]);
    expect(bench.run(`blkid -p -o value -s TYPE ${DEV}`).stdout).toBe('xfs\n');
    expect(bench.run(`mount -o rw ${DEV} ${MNT}`)).toMatchObject({
      exitCode: 32,
      stderr: expect.stringContaining('wrong fs type, bad option, bad superblock') as string,
    });
    bench.ok([`mkfs.xfs -f ${DEV}`, `mount -o rw ${DEV} ${MNT}`]);
  });

  it('refuses a volume that is too small for XFS, and one that is mounted', () => {
    const bench = withBrick();
    bench.ok([createVolumeLine('b', 100 * 1024)]);
    expect(bench.run('mkfs.xfs /dev/mapper/vg_d-brick_b')).toEqual(refused(1, 'Filesystem must be larger than 300MB.'));
    expect(bench.run(`mkfs.xfs -f ${DEV}`)).toEqual(refused(1, `mkfs.xfs: ${DEV} contains a mounted filesystem`));
  });
});

describe('mounts', () => {
  it('says what is wrong', () => {
    const bench = withVolume();
    expect(bench.run(`mount ${DEV} ${MNT}`)).toEqual(mountRefused(`${MNT}: mount point does not exist.`));
    bench.ok([`mkdir -p ${MNT}`]);
    expect(bench.run(`mount /dev/nothing ${MNT}`)).toEqual(
      mountRefused(`${MNT}: special device /dev/nothing does not exist.`),
    );
    expect(bench.run(`umount ${MNT}`)).toEqual(refused(32, `umount: ${MNT}: not mounted.`));
    expect(bench.run('umount /nowhere')).toEqual(refused(32, 'umount: /nowhere: no mount point specified.'));
    bench.ok([`mkfs.xfs ${DEV}`, `mount -o rw ${DEV} ${MNT}`]);
    expect(bench.run(`mount -o rw ${DEV} ${MNT}`)).toEqual(mountRefused(`${MNT}: ${DEV} already mounted on ${MNT}.`));
  });

  it('shows a mount as findmnt does, and nothing where there is none', () => {
    const bench = withBrick();
    expect(JSON.parse(bench.run(`findmnt --json --mountpoint ${MNT}`).stdout)).toEqual({
      filesystems: [{ target: MNT, source: DEV, fstype: 'xfs', options: 'rw,inode64,noatime,nouuid' }],
    });
    expect(bench.run('findmnt --json --mountpoint /mnt')).toEqual({ exitCode: 1, stdout: '', stderr: '' });
  });

  it('keeps the folders of a filesystem with the filesystem', () => {
    const bench = withBrick();
    bench.ok([`chown :2000 ${MNT}/brick`, `chmod 2775 ${MNT}/brick`, `umount ${MNT}`]);
    expect(bench.run(`chmod 2775 ${MNT}/brick`)).toMatchObject({ exitCode: 1 });
    bench.ok([`mount -o rw ${DEV} ${MNT}`]);
    expect(bench.snapshot().logicalVolumes[0]!.folders).toEqual([
      { path: '/brick', gid: 2000, mode: '2775', volumeId: null },
    ]);
  });

  it('brings back at boot what fstab names', () => {
    const bench = withBrick();
    bench.run('tee -a /etc/fstab', { stdin: `${DEV} ${MNT} xfs rw,nouuid 1 2\n` });
    bench.node().mounts = [];
    expect(mountAll(bench.node())).toMatchObject({ exitCode: 0 });
    expect(bench.snapshot().mounts).toEqual([{ source: DEV, target: MNT, options: 'rw,nouuid' }]);
  });
});

describe('folders and files', () => {
  it('removes only empty folders that nothing is mounted on', () => {
    const bench = withBrick();
    const failed = (path: string, why: string) => refused(1, `rmdir: failed to remove '${path}': ${why}`);
    expect(bench.run(`rmdir ${MNT}`)).toEqual(failed(MNT, 'Device or resource busy'));
    expect(bench.run('rmdir /var/lib/heketi/mounts')).toEqual(failed('/var/lib/heketi/mounts', 'Directory not empty'));
    bench.ok([`umount ${MNT}`, `rmdir ${MNT}`]);
    expect(bench.run(`rmdir ${MNT}`)).toEqual(failed(MNT, 'No such file or directory'));
  });

  it('makes parents only with -p', () => {
    const bench = new Bench();
    expect(bench.run('mkdir /mnt/a/b')).toMatchObject({ exitCode: 1 });
    bench.ok(['mkdir -p /mnt/a/b', 'mkdir -p /mnt/a/b']);
    expect(bench.run('mkdir /mnt/a/b')).toMatchObject({ exitCode: 1 });
  });

  it('appends to files and deletes lines by pattern', () => {
    const bench = new Bench();
    const before = bench.run('cat /etc/fstab').stdout;
    bench.run('tee -a /etc/fstab', { stdin: 'x brick_1 y\nx brick_2 y\n' });
    bench.ok([`sed -i /brick_1/d /etc/fstab`]);
    expect(bench.run('cat /etc/fstab').stdout).toBe(`${before}x brick_2 y\n`);
    bench.ok([`sed -i.save /brick_2/d /etc/fstab`]);
    expect(bench.run('cat /etc/fstab.save').stdout).toBe(`${before}x brick_2 y\n`);
    expect(bench.run('cat /etc/nothing')).toEqual(refused(1, 'cat: /etc/nothing: No such file or directory'));
    expect(bench.run("sed -i 's/a/b/' /etc/fstab")).toMatchObject({ exitCode: 1 });
  });

  it('knows no other program', () => {
    expect(new Bench().run('awk x')).toEqual(refused(127, 'bash: awk: command not found'));
  });
});
