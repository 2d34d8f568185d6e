import { describe, expect, it } from 'vitest';
import { labelOf, onlyLooks, patternOf } from './commands.js';

const lines: readonly [string, string][] = [
  ['/usr/sbin/lvm lvcreate -qq --name brick_1', 'lvcreate'],
  ['sudo -n env LC_ALL=C timeout --kill-after=10s 60s /usr/sbin/lvm lvs vg_1', 'lvs'],
  ['flock -w 60 /run/lock/brickyard-fstab.lock tee -a /etc/fstab', 'tee'],
  ['mount -o rw /dev/mapper/vg_1-brick_1 /var/lib/heketi/mounts/vg_1/brick_1', 'mount'],
  ['umount /var/lib/heketi/mounts/vg_1/brick_1', 'umount'],
  ['gluster --mode=script --timeout=600 volume create v1 replica 3 a:/b', 'volume create'],
  ['gluster --mode=script --timeout=600 pool list --xml', 'pool list'],
  ['udevadm info --query=symlink --name=/dev/vdb', 'udevadm'],
];

describe('the label of a command', () => {
  it.each(lines)('of %s is %s', (line, label) => {
    expect(labelOf(line)).toBe(label);
  });

  it('leads back to its own lines and to no others', () => {
    for (const [, label] of lines) {
      const found = lines.filter(([line]) => patternOf(label).test(line)).map(([, own]) => own);
      expect(found).toEqual([label]);
    }
  });

  it('says whether the command only looks', () => {
    expect(['lvs', 'pool list', 'udevadm'].every(onlyLooks)).toBe(true);
    expect(['lvcreate', 'tee', 'volume create', 'umount'].some(onlyLooks)).toBe(false);
  });
});
