import { describe, expect, it } from 'vitest';
import { devicePaths, mountedSource } from './host-texts.js';

describe('what other programs of a node say', () => {
  it("lists a device's names: udev's links without LVM's own, and the given one", () => {
    const answer = 'disk/by-id/lvm-pv-uuid-MMdxKU-Ccld disk/by-path/platform-uml-blkdev.1 disk/by-diskseq/2\n';
    expect(devicePaths(answer, '/dev/ubdb')).toEqual([
      '/dev/disk/by-path/platform-uml-blkdev.1',
      '/dev/disk/by-diskseq/2',
      '/dev/ubdb',
    ]);
    expect(devicePaths('disk/by-diskseq/2\n', '/dev/disk/by-diskseq/2')).toEqual(['/dev/disk/by-diskseq/2']);
    expect(devicePaths('', '/dev/sdb')).toEqual(['/dev/sdb']);
  });

  it('finds what is mounted', () => {
    const one = { filesystems: [{ target: '/m', source: '/dev/mapper/a', fstype: 'xfs', options: 'rw' }] };
    expect(mountedSource(JSON.stringify(one))).toBe('/dev/mapper/a');
    expect(mountedSource('{"filesystems":[]}')).toBeNull();
  });
});
