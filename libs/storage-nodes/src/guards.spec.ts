import { DomainError } from '#kernel';
import { describe, expect, it } from 'vitest';
import {
  checkedBrickPath,
  checkedDevicePath,
  checkedHost,
  checkedId,
  checkedPvUuid,
  checkedSize,
  checkedVolumeName,
  parseVolumeOption,
} from './guards.js';

describe('values that reach commands', () => {
  it.each([
    ['device', () => checkedDevicePath('/dev/disk/by-id/ata-X_1.2:0')],
    ['host', () => checkedHost('node-1.example.com')],
    ['IPv6 host', () => checkedHost('fe80::1%eth0')],
    ['volume', () => checkedVolumeName('vol_abc-1')],
    ['brick', () => checkedBrickPath('/var/lib/heketi/mounts/vg_a/brick_b/brick')],
    ['id', () => checkedId('device id', '0123456789abcdef0123456789abcdef')],
    ['UUID', () => checkedPvUuid('MMdxKU-Ccld-yorZ-Xrkz-Bive-CAfy-4O4ruR')],
  ])('lets a usual %s through', (_what, check) => {
    expect(check()).toBeTypeOf('string');
  });

  it.each([
    ['an option as a device', () => checkedDevicePath('-f')],
    ['a relative device', () => checkedDevicePath('dev/sdb')],
    ['a climbing device path', () => checkedDevicePath('/dev/../etc/passwd')],
    ['a shell in a device', () => checkedDevicePath('/dev/sdb;reboot')],
    ['an option as a host', () => checkedHost('--xml')],
    ['an empty host', () => checkedHost('')],
    ['an option as a volume', () => checkedVolumeName('-v')],
    ['a slash in a volume', () => checkedVolumeName('a/b')],
    ['a blank in a brick path', () => checkedBrickPath('/mnt/a b')],
    ['upper case in an id', () => checkedId('id', '0123456789ABCDEF0123456789ABCDEF')],
    ['a broken size', () => checkedSize('size', 1.5)],
    ['a size of nothing', () => checkedSize('size', 0)],
    ['an option without a value', () => parseVolumeOption('performance.io-cache')],
    ['an option key with a dash in front', () => parseVolumeOption('--xml on')],
    ['an option value that is an option', () => parseVolumeOption('auth.allow --xml')],
    ['a second line in an option', () => parseVolumeOption('auth.allow a\nb')],
  ])('refuses %s', (_what, check) => {
    expect(check).toThrow(DomainError);
  });

  it('splits options as Heketi writes them', () => {
    expect(parseVolumeOption('')).toBeNull();
    expect(parseVolumeOption('  ')).toBeNull();
    expect(parseVolumeOption(' group  gluster-block ')).toEqual({ key: 'group', value: 'gluster-block' });
    expect(parseVolumeOption('auth.allow 10.0.0.1, 10.0.0.2')).toEqual({
      key: 'auth.allow',
      value: '10.0.0.1, 10.0.0.2',
    });
    expect(parseVolumeOption('some.level -1')).toEqual({ key: 'some.level', value: '-1' });
  });
});
