import { describe, expect, it } from 'vitest';
import type { Durability } from '#domain';
import { shellLine } from '../quote.js';
import { chmod, chown, findmnt, mkdir, mount, rmdir, udevLinks, umount } from './files.js';
import { appendFstab, dropFstabLine, fstabHas, readFstab } from './fstab.js';
import * as gluster from './gluster.js';
import * as lvm from './lvm.js';
import { brickNames, vgName } from './names.js';
import { defaultNodeSettings as settings } from './settings.js';
import { blkid, mkfs } from './xfs.js';

const device = '6d6efb31fb95c4a29c5f6ebc87ac5ea9';
const brick = brickNames({ brickId: '188aa86354cfd2480e224a1329f78c04', deviceId: device });
const vg = `vg_${device}`;
const lv = 'brick_188aa86354cfd2480e224a1329f78c04';
const mnt = `/var/lib/heketi/mounts/${vg}/${lv}`;
const dev = `/dev/mapper/${vg}-${lv}`;
const sizes = { sizeKiB: 2097152, thinPoolKiB: 2101248, poolMetadataKiB: 12288 };
const set = [
  { storageHost: '10.77.0.13', path: mnt + '/brick' },
  { storageHost: '10.77.0.14', path: '/b/brick' },
];
const plain = (durability: Durability) => ({ name: 'v1', durability, options: [] });
const arbiter = {
  name: 'v1',
  durability: { type: 'replicate' as const, replica: 3 },
  options: ['user.heketi.arbiter true'],
};
const G = 'gluster --mode=script --timeout=600';

describe('command lines (docs/reference/node-commands.md)', () => {
  it.each([
    [lvm.pvs('/dev/sdb'), '/usr/sbin/lvm pvs --reportformat json -o pv_name,pv_uuid,vg_name /dev/sdb'],
    [lvm.wipefs('/dev/sdb'), 'wipefs --all /dev/sdb'],
    [
      lvm.pvcreate('/dev/sdb', settings),
      '/usr/sbin/lvm pvcreate -qq --metadatasize=128M --dataalignment=256K /dev/sdb',
    ],
    [
      lvm.vgcreate(vgName(device), '/dev/sdb', settings),
      `/usr/sbin/lvm vgcreate -qq --physicalextentsize=4M --autobackup=n ${vg} /dev/sdb`,
    ],
    [
      lvm.vgs(vg),
      `/usr/sbin/lvm vgs --reportformat json --units k --nosuffix -o vg_name,vg_extent_size,vg_extent_count,vg_free_count ${vg}`,
    ],
    [
      lvm.lvs(vg),
      `/usr/sbin/lvm lvs --reportformat json --units k --nosuffix -o lv_name,pool_lv,lv_size,lv_attr,thin_count ${vg}`,
    ],
    [lvm.vgremove(vg), `/usr/sbin/lvm vgremove -qq ${vg}`],
    [lvm.pvremove('/dev/sdb'), '/usr/sbin/lvm pvremove -qq /dev/sdb'],
    [
      lvm.lvcreate(brick, sizes, settings),
      `/usr/sbin/lvm lvcreate -qq --autobackup=n --poolmetadatasize 12288K --chunksize 256K --size 2101248K --thin ${vg}/tp_188aa86354cfd2480e224a1329f78c04 --virtualsize 2097152K --name ${lv}`,
    ],
    [lvm.lvremove(vg, lv, settings), `/usr/sbin/lvm lvremove --autobackup=n -f ${vg}/${lv}`],
    [blkid(dev), `blkid -p -o value -s TYPE ${dev}`],
    [mkfs(dev, false, settings), `mkfs.xfs -i size=512 -n size=8192 ${dev}`],
    [mkfs(dev, true, settings), `mkfs.xfs -f -i size=512 -n size=8192 ${dev}`],
    [
      mkfs(dev, false, { ...settings, xfsSu: 131072, xfsSw: 10 }),
      `mkfs.xfs -i size=512 -d su=131072,sw=10 -n size=8192 ${dev}`,
    ],
    [mkdir(mnt), `mkdir -p ${mnt}`],
    [rmdir(mnt), `rmdir ${mnt}`],
    [readFstab(settings), 'cat /etc/fstab'],
    [appendFstab(brick, '', settings), 'flock -w 60 /run/lock/brickyard-fstab.lock tee -a /etc/fstab'],
    [dropFstabLine(brick, settings), `flock -w 60 /run/lock/brickyard-fstab.lock sed -i /${lv}/d /etc/fstab`],
    [findmnt(mnt), `findmnt --json --mountpoint ${mnt}`],
    [mount(dev, mnt, settings), `mount -o rw,inode64,noatime,nouuid ${dev} ${mnt}`],
    [umount(mnt), `umount ${mnt}`],
    [chown(2001, brick.path), `chown :2001 ${mnt}/brick`],
    [chmod(brick.path), `chmod 2775 ${mnt}/brick`],
    [udevLinks('/dev/sdb'), 'udevadm info --query=symlink --name=/dev/sdb'],
    [gluster.poolList(settings), `${G} pool list --xml`],
    [gluster.peerProbe('10.77.0.12', settings), `${G} peer probe 10.77.0.12`],
    [gluster.peerDetach('10.77.0.12', settings), `${G} peer detach 10.77.0.12`],
    [
      gluster.volumeCreate(plain({ type: 'replicate', replica: 2 }), set, settings),
      `${G} volume create v1 replica 2 10.77.0.13:${mnt}/brick 10.77.0.14:/b/brick`,
    ],
    [
      gluster.volumeCreate(arbiter, set.slice(1), settings),
      `${G} volume create v1 replica 3 arbiter 1 10.77.0.14:/b/brick`,
    ],
    [
      gluster.volumeCreate(plain({ type: 'disperse', data: 4, redundancy: 2 }), set, settings),
      `${G} volume create v1 disperse-data 4 redundancy 2 10.77.0.13:${mnt}/brick 10.77.0.14:/b/brick`,
    ],
    [
      gluster.volumeCreate(plain({ type: 'none' }), set.slice(1), settings),
      `${G} volume create v1 10.77.0.14:/b/brick`,
    ],
    [gluster.volumeAddBricks('v1', set.slice(1), settings), `${G} volume add-brick v1 10.77.0.14:/b/brick`],
    [gluster.volumeRemoveBricks('v1', set.slice(1), settings), `${G} volume remove-brick v1 10.77.0.14:/b/brick force`],
    [
      gluster.volumeSet('v1', { key: 'auth.allow', value: '10.0.0.1, 10.0.0.2' }, settings),
      `${G} volume set v1 auth.allow '10.0.0.1, 10.0.0.2'`,
    ],
    [gluster.volumeStart('v1', settings), `${G} volume start v1`],
    [gluster.volumeStop('v1', settings), `${G} volume stop v1 force`],
    [gluster.volumeDelete('v1', settings), `${G} volume delete v1`],
    [gluster.volumeInfo('v1', settings), `${G} volume info v1 --xml`],
    [gluster.volumeRebalance('v1', settings), `${G} volume rebalance v1 start`],
  ])('%#', (command, line) => {
    expect(shellLine(command.argv)).toBe(line);
    expect(command.timeoutMs).toBeGreaterThanOrEqual(300_000);
  });

  it('adds a whole line to fstab, also to a file whose last line has no end', () => {
    const line = `${dev} ${mnt} xfs rw,inode64,noatime,nouuid 1 2\n`;
    expect(appendFstab(brick, '', settings).stdin).toBe(line);
    expect(appendFstab(brick, '/dev/sda / ext4 defaults 0 1\n', settings).stdin).toBe(line);
    expect(appendFstab(brick, '/dev/sda / ext4 defaults 0 1', settings).stdin).toBe(`\n${line}`);
  });

  it('finds the line of a brick in fstab, and only that', () => {
    const line = `${dev} ${mnt} xfs rw 1 2`;
    expect(fstabHas(`# nodes\n${line}\n`, brick)).toBe(true);
    expect(fstabHas(`#${line}\n`, brick)).toBe(false);
    expect(fstabHas(`${dev}0 /other xfs rw 1 2\n`, brick)).toBe(false);
  });

  it('refuses names that are no names', () => {
    expect(() => vgName('x')).toThrow('device id is not usable');
    expect(() => gluster.volumeStart('-v', settings)).toThrow('volume name is not usable');
    expect(() => gluster.peerProbe('--xml', settings)).toThrow('host name is not usable');
  });
});
