import { createHmac } from 'node:crypto';
import { type ExecutionContext } from '@nestjs/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthError, JwtAuthGuard, queryStringHash } from './index.js';

const nowSeconds = 1_700_000_000;
const keys = { admin: 'adminkey', user: 'userkey' };
const guard = new JwtAuthGuard({
  jwt: { keys, iatLeewaySeconds: 120, clock: { now: () => new Date(nowSeconds * 1000 + 999) } },
  isPublic: () => false,
});

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function token(claims: unknown, options: { key?: string; header?: unknown; hash?: string } = {}): string {
  const head = `${base64(options.header ?? { alg: 'HS256', typ: 'JWT' })}.${base64(claims)}`;
  return `${head}.${createHmac(options.hash ?? 'sha256', options.key ?? keys.admin)
    .update(head)
    .digest('base64url')}`;
}

function claims(over: Record<string, unknown> = {}): Record<string, unknown> {
  return { iss: 'admin', iat: nowSeconds, exp: nowSeconds + 60, qsh: queryStringHash('GET', '/volumes'), ...over };
}

interface Request {
  method: string;
  originalUrl: string;
  headers: { authorization?: string };
  user?: unknown;
}

async function ask(authorization: string | undefined, url = '/volumes', by = guard): Promise<Request> {
  const request: Request = {
    method: 'GET',
    originalUrl: url,
    headers: authorization === undefined ? {} : { authorization },
  };
  const http = { getRequest: () => request, getResponse: () => ({}) };
  await by.canActivate({ switchToHttp: () => http } as unknown as ExecutionContext);
  return request;
}

async function refusal(authorization: string | undefined, url?: string): Promise<string> {
  try {
    await ask(authorization, url);
  } catch (error) {
    if (error instanceof AuthError) return `${error.status.toString()} ${error.message}`;
    throw error;
  }
  return 'let in';
}

describe('the Authorization header', () => {
  it.each([undefined, '', '   '])('%j: no token', async (header) => {
    expect(await refusal(header)).toBe('401 Required authorization token not found');
  });
  it.each(['Basic abc', 'Bearer', 'Bearer a b', 'abc'])('%j: not a bearer', async (header) => {
    expect(await refusal(header)).toBe('400 Authorization header format must be Bearer {token}');
  });
  it.each(['Bearer', 'bearer', 'BEARER'])('%s in any case, any blanks', async (scheme) => {
    expect(await refusal(`  ${scheme} \t ${token(claims())} `)).toBe('let in');
  });
});

describe('the token', () => {
  const signature = '401 Invalid JWT token: signature is invalid (client and server secrets may not match)';
  const wrong = (claim: string, kind: string, type: string): string =>
    `401 Invalid JWT token: json: cannot unmarshal ${kind} into Go struct field HeketiJwtClaims.${claim} of type ${type}`;
  it.each<[string, string, string]>([
    ['two segments', 'a.b', '401 Invalid JWT token: token contains an invalid number of segments'],
    ['four segments', 'a.b.c.d', '401 Invalid JWT token: token contains an invalid number of segments'],
    ['no base64', 'not!.a.jwt', '401 Invalid JWT token: illegal base64 data at input byte 3'],
    [
      'no JSON',
      `${base64('abc')}.e30.x`,
      "401 Invalid JWT token: invalid character 'a' looking for beginning of value",
    ],
    [
      'an odd algorithm',
      token(claims(), { header: { alg: 'X' } }),
      '401 Invalid JWT token: signing method (alg) is unavailable.',
    ],
    ['no algorithm', token(claims(), { header: {} }), '401 Invalid JWT token: signing method (alg) is unspecified.'],
    [
      'unsigned',
      `${token(claims(), { header: { alg: 'none' } })
        .split('.')
        .slice(0, 2)
        .join('.')}.`,
      '401 Invalid JWT token: Unexpected signing method: none',
    ],
    [
      'HS512',
      token(claims(), { header: { alg: 'HS512' }, hash: 'sha512' }),
      '401 Invalid JWT token: Unexpected signing method: HS512',
    ],
    ['RS256', token(claims(), { header: { alg: 'RS256' } }), '401 Invalid JWT token: Unexpected signing method: RS256'],
    ['no issuer', token(claims({ iss: undefined })), '401 Invalid JWT token: Token missing iss claim'],
    ['another issuer', token(claims({ iss: 'root' })), '401 Invalid JWT token: Unknown user'],
    ['an issuer without a key', token(claims({ iss: 'auditor' }), { key: '' }), '401 Invalid JWT token: Unknown user'],
    ['an inherited name as issuer', token(claims({ iss: 'constructor' })), '401 Invalid JWT token: Unknown user'],
    ['a wrong key', token(claims(), { key: 'x' }), signature],
    ["the other issuer's key", token(claims({ iss: 'user' })), signature],
    ['no signature', `${token(claims()).split('.').slice(0, 2).join('.')}.`, signature],
    ['a wrong key beats an old token', token(claims({ exp: 1 }), { key: 'x' }), signature],
    ['expired', token(claims({ exp: nowSeconds - 3725 })), '401 Invalid JWT token: Token is expired by 1h2m5s'],
    ['without end', token(claims({ exp: undefined })), `401 Invalid JWT token: Token is expired by 472222h13m20s`],
    [
      'from the future',
      token(claims({ iat: nowSeconds + 121 })),
      '401 Invalid JWT token: Token used before issued (client and server clocks may differ)',
    ],
    ['not yet', token(claims({ nbf: nowSeconds + 1 })), '401 Invalid JWT token: token is not valid yet'],
    [
      'time beats qsh',
      token(claims({ nbf: nowSeconds + 1, qsh: 'x' })),
      '401 Invalid JWT token: token is not valid yet',
    ],
    ['another path', token(claims({ qsh: queryStringHash('GET', '/clusters') })), '401 Invalid qsh claim in token'],
    ['another method', token(claims({ qsh: queryStringHash('POST', '/volumes') })), '401 Invalid qsh claim in token'],
    ['no qsh', token(claims({ qsh: undefined })), '401 Invalid qsh claim in token'],
    ['a fraction', token(claims({ exp: 1.5 })), wrong('exp', 'number 1.5', 'int64')],
    ['text for a time', token(claims({ iat: '1' })), wrong('iat', 'string', 'int64')],
    ['a list of audiences', token(claims({ aud: ['a'] })), wrong('aud', 'array', 'string')],
    ['a number as issuer', token(claims({ iss: 1 })), wrong('iss', 'number', 'string')],
  ])('%s', async (_name, text, expected) => {
    expect(await refusal(`Bearer ${text}`)).toBe(expected);
  });

  it('is valid through the second of its exp and with a clock 120 s ahead', async () => {
    expect(await refusal(`Bearer ${token(claims({ exp: nowSeconds, iat: nowSeconds + 120, nbf: nowSeconds }))}`)).toBe(
      'let in',
    );
  });

  it('names issuer and actor', async () => {
    expect((await ask(`Bearer ${token(claims())}`)).user).toEqual({
      expiresAt: nowSeconds + 60,
      issuer: 'admin',
      actor: 'admin',
    });
    const named = token(claims({ iss: 'user', sub: 'ci\u0000robot' }), { key: keys.user });
    expect((await ask(`Bearer ${named}`)).user).toEqual({
      expiresAt: nowSeconds + 60,
      issuer: 'user',
      actor: 'ci\ufffdrobot',
    });
  });

  it('keeps a long subject whole characters long', async () => {
    const { user } = await ask(`Bearer ${token(claims({ sub: `${'a'.repeat(127)}😀😀` }))}`);
    expect(user).toEqual({ expiresAt: nowSeconds + 60, issuer: 'admin', actor: `${'a'.repeat(127)}😀` });
  });

  it.each(['9223372036854775807', '9223372036854775808', '-9223372036854775809'])('has 64 bits for %s', async (exp) => {
    const text = JSON.stringify(claims()).replace(/"exp":\d+/, `"exp":${exp}`);
    const fits = exp === '9223372036854775807';
    const wrong = `json: cannot unmarshal number ${exp} into Go struct field HeketiJwtClaims.exp of type int64`;
    expect(await refusal(`Bearer ${token(text)}`)).toBe(fits ? 'let in' : `401 Invalid JWT token: ${wrong}`);
  });

  it('is bound to the decoded path without its query', async () => {
    const signed = `Bearer ${token(claims({ qsh: queryStringHash('GET', '/a b') }))}`;
    expect(await refusal(signed, '/a%20b?x=/y')).toBe('let in');
    expect(await refusal(signed, '/a%zz')).toBe('401 Invalid qsh claim in token');
  });

  it('is refused, never crashed on, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string(), fc.json(), fc.base64String()), { maxLength: 4 }),
        async (parts) => {
          const text = parts.map((part) => base64(part)).join('.');
          expect(await refusal(`Bearer ${text}`)).toMatch(/^40[01] /);
        },
      ),
    );
  });
});

describe('servers in one process', () => {
  it('keep their keys apart, at the same time too', async () => {
    const other = new JwtAuthGuard({
      jwt: {
        keys: { admin: 'other', user: 'other2' },
        iatLeewaySeconds: 0,
        clock: { now: () => new Date(nowSeconds * 1000) },
      },
      isPublic: () => false,
    });
    const [mine, theirs] = await Promise.allSettled([
      ask(`Bearer ${token(claims())}`),
      ask(`Bearer ${token(claims())}`, '/volumes', other),
    ]);
    expect([mine.status, theirs.status]).toEqual(['fulfilled', 'rejected']);
  });

  it('know the auditor where he has a key, and by that key alone', async () => {
    const clock = { now: () => new Date(nowSeconds * 1000) };
    const jwt = { keys: { ...keys, auditor: 'auditorkey' }, iatLeewaySeconds: 0, clock };
    const audited = new JwtAuthGuard({ jwt, isPublic: () => false });
    const said = (key: string): string => `Bearer ${token(claims({ iss: 'auditor', sub: 'eve' }), { key })}`;
    expect((await ask(said('auditorkey'), '/volumes', audited)).user).toEqual({
      expiresAt: nowSeconds + 60,
      issuer: 'auditor',
      actor: 'eve',
    });
    await expect(ask(said(keys.admin), '/volumes', audited)).rejects.toThrow('signature is invalid');
    const none = new JwtAuthGuard({ jwt: { ...jwt, keys: { ...keys, auditor: '' } }, isPublic: () => false });
    await expect(ask(said(''), '/volumes', none)).rejects.toThrow('Unknown user');
  });

  it('can do without authentication', async () => {
    const open = new JwtAuthGuard({ jwt: null, isPublic: () => false });
    expect((await ask('Bearer whatever', '/volumes', open)).user).toEqual({ issuer: 'admin', actor: 'anonymous' });
  });
});
