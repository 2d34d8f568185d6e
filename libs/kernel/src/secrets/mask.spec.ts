import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepSecrets, MASK, maskText, maskTexts } from './index.js';

const PEM = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\nAAAAB3NzaC1yc2EAAAADAQAB\n-----END OPENSSH PRIVATE KEY-----`;

/** Where a secret is known by what surrounds it. */
const contexts: Readonly<Record<string, (secret: string) => string>> = {
  assignment: (secret) => `DB_PASSWORD=${secret}`,
  'quoted assignment': (secret) => `password = "${secret}"`,
  'cut off in quotes': (secret) => `--secret="${secret}`,
  yaml: (secret) => `api-key: ${secret}`,
  json: (secret) => JSON.stringify({ token: secret, size: 1 }),
  'json in json': (secret) => JSON.stringify(JSON.stringify({ clientSecret: secret })),
  flag: (secret) => `mount.cifs --password ${secret} //host/share`,
  header: (secret) => `Authorization: Bearer ${secret}`,
  'basic header': (secret) => `authorization: Basic ${secret}`,
  url: (secret) => `postgres://brickyard:${secret}@db:5432/brickyard`,
  option: (secret) => `user.db-password ${secret}`,
  command: (secret) => `gluster --mode=script volume set vol_1 user.db-password ${secret}`,
  'quoted in a command': (secret) => `gluster volume set vol_1 user.api-token 'a b'\\''${secret}'`,
  'private key': (secret) => PEM.replace('AAAAB3', `AAAAB3${secret}`),
  'beginning of a private key': (secret) => `-----BEGIN PRIVATE KEY-----\n${secret}`,
  'end of a private key': (secret) => `${secret}\n-----END EC PRIVATE KEY-----`,
  'private key in json': (secret) => JSON.stringify({ text: `-----BEGIN PRIVATE KEY-----\n${secret}\n` }),
};

const secrets = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/);
/** Words of a log, and whatever else. */
const surroundings = fc.oneof(
  fc.constantFrom('', 'volume set: failed: ', 'Host n1: ', 'mount error(13)\n', 'the node says '),
  fc.string({ maxLength: 30 }).map((text) => `${text.replace(/["'\\]/g, '')} `),
);

describe('a text that leaves the process', () => {
  it.each(Object.entries(contexts))('has no secret: %s', (_name, context) => {
    fc.assert(
      fc.property(secrets, surroundings, surroundings, (secret, before, after) => {
        const masked = maskText(`${before}${context(secret)}${after === '' ? '' : `\n${after}`}`);
        expect(masked).not.toContain(secret);
        expect(masked).toContain(MASK);
      }),
    );
  });

  it('has no token, whole or without its signature', () => {
    const base64url = fc.stringMatching(/^[\w-]{8,60}$/);
    fc.assert(
      fc.property(base64url, base64url, base64url, surroundings, (head, claims, signature, before) => {
        const token = `eyJ${head}.eyJ${claims}.${signature}`;
        for (const each of [token, `eyJ${head}.eyJ${claims}`]) {
          const masked = maskText(`${before} ${each}`);
          for (const part of [head, claims, signature]) expect(masked).not.toContain(part);
        }
      }),
    );
  });

  it('is masked once and for all', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        'password',
        '=',
        ': ',
        '"',
        "'",
        '\\',
        ' ',
        '\n',
        'token',
        '--secret',
        'user.key',
        'Bearer ',
        PEM,
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const masked = maskText(parts.join(''));
        expect(maskText(masked)).toBe(masked);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    'Invalid JWT token: signature is invalid (client and server secrets may not match)',
    'Postgres refuses: password authentication failed for user "brickyard"',
    'duplicate key value violates unique constraint "event_pkey"',
    'volume create: vol_1: failed: Staging failed on n2. Error: Brick is already part of a volume',
    'gluster --mode=script volume set vol_1 user.heketi.id 0123456789abcdef0123456789abcdef',
    "gluster volume set vol_1 ssl.private-key '/etc/ssl/glusterfs.key'",
    'performance.nl-cache-pass-through on',
    'client.keepalive-time 20',
    '/data/postgres.password is gone: the embedded Postgres has lost its password file',
    'HEKETI_ADMIN_KEY and HEKETI_USER_KEY must both be set',
    'node n1 shows the host key SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDvZRoW1bXSvZ4rYkQ',
    'https://github.com/heketi/heketi/issues?q=1',
    'ssh://root@n1:22 does not answer',
    '/dev/sdb: Basic validation of the device failed',
    "error: option '--public-key <file>' argument missing",
  ])('is left as it is where there is none: %s', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('takes no time that grows with its square, whatever it is', () => {
    const nasty = ['a', 'eyJa-', 'password="', '-----BEGIN PRIVATE KEY-----', '--password ', 'x.key ', 'bearer ', '\\'];
    // A rule that tried every beginning with every end would take longer than a test may.
    for (const part of nasty) expect(maskText(`${part.repeat(400_000 / part.length)} token`)).toBeTypeOf('string');
  });
});

describe('the secrets of this process', () => {
  const encodings: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => text.toUpperCase(),
    encodeURIComponent,
    (text) => JSON.stringify({ text }),
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(text).toString('base64url'),
    (text) => Buffer.from(text).toString('hex'),
  ];

  it('are masked wherever they stand, as they are and encoded', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{16,40}$/), surroundings, (secret, before) => {
        keepSecrets([secret]);
        for (const encode of encodings) {
          const masked = maskText(`${before}${encode(secret)} follows`);
          expect(masked).not.toContain(encode(secret));
          expect(masked).not.toContain(secret);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are known line by line, without what every key begins with', () => {
    keepSecrets([PEM]);
    expect(maskText('AAAAB3NzaC1yc2EAAAADAQAB')).toBe(MASK);
    expect(maskText('-----BEGIN OPENSSH')).toBe('-----BEGIN OPENSSH');
  });

  it('are no words that others use as well', () => {
    keepSecrets(['postgres', '']);
    expect(maskText('postgres is there')).toBe('postgres is there');
  });
});

describe('JSON that leaves the process', () => {
  it('has its texts masked at every depth, and its names and everything else as they were', () => {
    const json = {
      a: [{ b: 'DB_PASSWORD=hunter2' }, 1, null, true],
      glusterVolumeOptions: ['user.api-key a b', 'x.y 1'],
    };
    expect(maskTexts(json)).toEqual({
      a: [{ b: `DB_PASSWORD=${MASK}` }, 1, null, true],
      glusterVolumeOptions: [`user.api-key ${MASK}`, 'x.y 1'],
    });
  });

  it('is the same object where there is nothing to mask', () => {
    const plain = { a: [{ b: 'c' }] };
    expect(maskTexts(plain)).toBe(plain);
  });
});
