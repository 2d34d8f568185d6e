import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signToken } from './token.js';

describe('a token for one request', () => {
  const token = signToken({
    issuer: 'admin',
    key: 'secret',
    method: 'GET',
    path: '/volumes',
    now: new Date(1_700_000_000_000),
  });
  const [header = '', claims = '', signature = ''] = token.split('.');

  it('is bound to its method and path and lives five minutes', () => {
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      iss: 'admin',
      iat: 1_700_000_000,
      exp: 1_700_000_300,
      qsh: createHash('sha256').update('GET&/volumes').digest('hex'),
    });
  });

  it('is signed with HS256', () => {
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(signature).toBe(createHmac('sha256', 'secret').update(`${header}.${claims}`).digest('base64url'));
  });
});
