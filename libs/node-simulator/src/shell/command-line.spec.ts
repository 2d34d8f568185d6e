import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line.js';

describe('parseCommandLine', () => {
  it('takes sudo, env, timeout and flock off', () => {
    expect(
      parseCommandLine(
        'sudo -n env LC_ALL=C timeout --kill-after=10s 300s flock -w 60 /run/lock/x.lock tee -a /etc/fstab',
      ),
    ).toEqual({ program: 'tee', args: ['-a', '/etc/fstab'], timeoutSeconds: 300, sudo: true, fence: null });
  });

  it('knows programs by their folders', () => {
    expect(parseCommandLine('/usr/sbin/lvm pvs')).toMatchObject({ program: 'lvm', timeoutSeconds: null, sudo: false });
    expect(parseCommandLine('/opt/lvm pvs')).toMatchObject({ program: '/opt/lvm' });
  });

  it.each(['', 'env LC_ALL=C', 'timeout soon true', 'flock -w 60'])(
    'refuses prefixes that make no sense: %s',
    (line) => {
      expect(() => parseCommandLine(line)).toThrow();
    },
  );
});
