import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsSecret, secretOptions } from './option.js';

describe('an option of a volume', () => {
  it.each([
    'user.db-password s3cret',
    'user.password  two words',
    'password s3cret',
    'user.s3.secret_access_key abc',
    'user.apiToken abc',
    'auth.login.me.password abc',
    'user.note password=s3cret',
    'user.backup s3://me:s3cret@bucket/x',
    'user.cert -----BEGIN PRIVATE KEY-----MII',
    'user.jwt eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhZG1pbiJ9.c2lnbmF0dXJl',
  ])('hands a secret over: %s', (option) => {
    expect(holdsSecret(option)).toBe(true);
    expect(secretOptions(['x y', option]).join()).not.toMatch(/s3cret|abc|eyJ|BEGIN/);
  });

  // Among them whatever of Gluster's own sounds like one.
  it.each([
    ...['', 'group virt', 'performance.nl-cache-pass-through on', 'client.keepalive-time 20', 'auth.allow 10.0.0.*'],
    ...['auth.ssl-allow client1,client2', 'ssl.private-key /etc/ssl/glusterfs.key', 'server.keepalive-count 9'],
    ...['encryption.master-key /etc/gluster/master.key', 'features.shard-block-size 64MB', 'nfs.disable on'],
    ...['user.heketi.device-tag-match drive=fast', 'user.heketi.arbiter true', 'user.password', 'user.password /etc/p'],
  ])('is one of those that may be written down: %s', (option) => {
    expect(holdsSecret(option)).toBe(false);
    expect(secretOptions([option])).toEqual([]);
  });

  it('is named where its name is no secret itself, else counted', () => {
    expect(secretOptions(['a.b c', 'user.db-password s3cret', 'user.token=s3cret x', 'user.note pwd=s3cret'])).toEqual([
      'user.db-password',
      'number 3',
      'number 4',
    ]);
  });

  it('is never repeated as a whole', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9]{8,20}$/),
        fc.constantFrom('user.key ', 'pwd=', 'a token='),
        (s, by) => {
          expect(secretOptions([`${by}${s}`]).join()).not.toContain(s);
        },
      ),
    );
  });
});
