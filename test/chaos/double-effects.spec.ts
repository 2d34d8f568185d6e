import { describe, expect, it } from 'vitest';
import { doubleEffects, type RanCommand } from './double-effects.js';

let clock = 0;
const ran = (node: string, line: string, exitCode: number | null = 0): RanCommand => {
  clock += 1;
  return { node, line, exitCode, at: new Date(clock), durationMs: 0 };
};

const lvcreate = '/usr/sbin/lvm lvcreate -qq --size 1K --thin vg_1/tp_1 --virtualsize 1K --name brick_1';
const lvremove = '/usr/sbin/lvm lvremove -f vg_1/brick_1';
const mkfs = 'mkfs.xfs -f -i size=512 /dev/mapper/vg_1-brick_1';
const mount = 'mount -o rw /dev/mapper/vg_1-brick_1 /mounts/brick_1';
const create = 'gluster --mode=script volume create v1 replica 3 n1:/b n2:/b n3:/b';

describe('effects that came twice', () => {
  it.each([
    ['an LV that was made again', [ran('n1', lvcreate), ran('n1', lvcreate)]],
    ['a volume that was made again by way of another node', [ran('n1', create), ran('n2', create)]],
    ['a filesystem that was made again after it was mounted', [ran('n1', mkfs), ran('n1', mount), ran('n1', mkfs)]],
  ])('are found: %s', (_what, commands) => {
    expect(doubleEffects(commands)).toHaveLength(1);
  });

  it.each([
    ['undone in between', [ran('n1', lvcreate), ran('n1', lvremove), ran('n1', lvcreate)]],
    ['refused the second time', [ran('n1', lvcreate), ran('n1', lvcreate, 5)]],
    ['fenced off', [ran('n1', lvcreate, 75), ran('n1', lvcreate)]],
    ['on another node', [ran('n1', lvcreate), ran('n2', lvcreate)]],
    ['a filesystem that was never mounted', [ran('n1', mkfs), ran('n1', mkfs), ran('n1', mount)]],
  ])('are not: %s', (_what, commands) => {
    expect(doubleEffects(commands)).toEqual([]);
  });

  it('are judged in the order in which the commands ended', () => {
    const commands = [ran('n1', lvcreate), ran('n1', lvremove), ran('n1', lvcreate)];
    expect(doubleEffects([...commands].reverse())).toEqual([]);
  });
});
